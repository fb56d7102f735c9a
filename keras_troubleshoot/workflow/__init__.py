"""The decision tree of the lecture: the one place that knows all stages."""
