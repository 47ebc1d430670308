"""One personal message: a cover in the reader's language over the edition that was chosen."""
