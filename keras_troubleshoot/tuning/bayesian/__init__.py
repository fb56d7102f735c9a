"""Bayesian search: expected improvement on a Gaussian process."""
