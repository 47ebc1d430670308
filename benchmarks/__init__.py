"""The engine measured: against the limit of the wire, against a plain loop, and as tables grow."""
