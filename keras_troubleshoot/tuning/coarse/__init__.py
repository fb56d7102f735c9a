"""Coarse to fine: wide first, then around the best."""
