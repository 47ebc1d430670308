"""Whom we know: addresses, outlets, lists, imports, and those whom we must not write to."""
