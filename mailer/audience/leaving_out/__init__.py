"""Whom the criteria found and who gets nothing all the same, and why."""
