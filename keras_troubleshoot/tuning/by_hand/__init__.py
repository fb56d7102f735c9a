"""Tuning by hand: trials that a user made, and what to try next."""
