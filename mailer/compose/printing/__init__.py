"""The print rendition of a release: one PDF for each edition under each cover, and its pages."""
