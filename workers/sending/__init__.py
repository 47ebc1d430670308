"""A line at work: it takes turns in distributions, wave after wave."""
