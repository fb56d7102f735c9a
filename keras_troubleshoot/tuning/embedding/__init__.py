"""Hyperparameters as numbers."""
