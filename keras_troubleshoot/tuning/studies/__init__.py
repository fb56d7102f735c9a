"""Searches to and from the studies of other libraries."""
