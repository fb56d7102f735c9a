"""What to tune: the lecture's ranking, with ranges, for a model or a task."""
