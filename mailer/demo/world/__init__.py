"""The world around the demo: a relay that behaves like real ones, and people who read."""
