"""Criteria as SQL: the database finds the people, and the reason shown is what found them."""
