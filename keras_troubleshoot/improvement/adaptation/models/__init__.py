"""Models that train on two domains by plain `fit`."""
