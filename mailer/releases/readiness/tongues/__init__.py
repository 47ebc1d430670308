"""What the linter knows of languages: their dates, hours, numbers, scripts and set phrases."""
