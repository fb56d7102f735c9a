"""Runs a search: its trials, its files, its end."""
