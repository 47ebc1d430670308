"""What we hold of a person, through all rooms: told to her, erased when she asks, and let go of
when its time is over. The address book's part is in contacts.privacy.
"""
