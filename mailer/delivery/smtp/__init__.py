"""One conversation with one SMTP server: kept, pipelined, and exact about what has left us."""
