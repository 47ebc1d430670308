"""What is in the text of an edition beyond plain Markdown: links, pictures, footnotes, tables."""
