"""Unpaired image-to-image translation between two domains."""
