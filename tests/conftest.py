"""What all tests share under pytest; under Bazel each file is a process."""

import gc

import pytest


@pytest.fixture(autouse=True, scope="module")
def _few_objects_to_collect():
    """Keeps the garbage collector from walking what earlier files left.

    TensorFlow keeps the graphs of all functions that it traced, some thousand
    objects for each model: after hundreds of models every full collection
    would take seconds.
    """
    yield
    gc.collect()
    gc.freeze()
