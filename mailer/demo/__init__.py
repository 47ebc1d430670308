"""The demo: the whole story on one machine. The parts are real; only the world is played."""
