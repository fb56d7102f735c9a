"""The decision tree of the lecture, stage by stage."""
