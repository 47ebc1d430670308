"""The relays as an administrator sees them: what the settings say, how they stand and answer."""
