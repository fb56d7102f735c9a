"""Choosing among adapted models without labels of the target."""
