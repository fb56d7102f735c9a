"""Rows that come up again: copies, leaks, and splits without them."""
