"""How fast we may hand over, by all workers together, and who is slowed or paused."""
