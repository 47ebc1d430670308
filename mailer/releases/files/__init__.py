"""Files that go with a release: told by what they hold, made clean, and kept once."""
