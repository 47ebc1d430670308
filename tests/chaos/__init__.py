"""Real processes are killed and cut off while they send, and the relay's log is the truth."""
