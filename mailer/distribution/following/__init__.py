"""What goes after an earlier distribution, in the thread of each of its readers."""
