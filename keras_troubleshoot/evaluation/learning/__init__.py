"""Error against the number of examples."""
