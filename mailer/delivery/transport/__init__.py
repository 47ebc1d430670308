"""What takes the messages of a wave and gives an outcome for each: one relay, or several."""
