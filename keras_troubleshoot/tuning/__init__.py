"""Tunes hyperparameters: coarse to fine, Bayesian, on keras-tuner."""
