"""The inbox of the demo: what the world received, as its recipients see it."""
