"""A manuscript: a Markdown file with a head, read into a draft of an edition."""
