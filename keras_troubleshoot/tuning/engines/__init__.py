"""Trains the trials of a search in other processes and on other machines."""
