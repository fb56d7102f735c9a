"""Trains several ways of adaptation, and chooses without target labels."""
