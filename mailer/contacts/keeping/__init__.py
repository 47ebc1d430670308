"""What a list keeper does to contacts that are known: she moves them, merges those who are there
twice, corrects a field, reads what happened to them, and takes any of that back.
"""
