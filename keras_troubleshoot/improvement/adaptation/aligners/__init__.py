"""Layers that make the features of two domains alike."""
