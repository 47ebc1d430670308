"""What the address book holds of one person: all told to her, and all gone when she asks."""
