"""The door of the queue: the scheduler finds what is due, the workers carry it out."""
