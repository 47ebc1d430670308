"""Who gets this one: the criteria that an officer writes, and the people they find now."""
