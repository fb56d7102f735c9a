"""Whether two data sets are of one distribution."""
