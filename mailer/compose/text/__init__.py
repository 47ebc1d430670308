"""The text of an edition: from Markdown to HTML and plain text, with links, pictures, footnotes,
tables.
"""
