"""What all tests share under pytest; under Bazel each file is a process."""

import gc

import pytest

from keras_troubleshoot.facts import private


@pytest.fixture(autouse=True, scope="module")
def _few_objects_to_collect():
    """Keeps the garbage collector from walking what earlier files left.

    TensorFlow keeps the graphs of functions that it traced, some thousand
    objects for each model: after hundreds of models every full collection
    would take seconds.
    """
    with private.all_reduces_forgotten():
        yield
    gc.collect()
    gc.freeze()
