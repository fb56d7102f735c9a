"""Labels that are likely wrong, by out-of-fold predictions."""
