"""Hand over to SMTP: claim a wave, send it, say of each message what the relay answered."""
