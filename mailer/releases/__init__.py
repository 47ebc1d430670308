"""What we say: manuscripts become releases with language editions, and the linter reads them."""
