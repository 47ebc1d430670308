"""What we tell the office: how a release went, in figures."""
