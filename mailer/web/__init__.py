"""The door for browsers: the press office's pages, and the few that journalists reach."""
