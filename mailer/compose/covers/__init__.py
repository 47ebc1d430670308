"""The cover: what stands around a text in its reader's language."""
