"""The press office's pages, one module for each noun."""
