"""Mail that comes back to the bounce domain: taken in, read, and acted upon."""
