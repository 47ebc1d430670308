"""What a list keeper does to an outlet: she finds it, sees who works there, and corrects it."""
