"""Adapting with a few labelled rows of the target."""
