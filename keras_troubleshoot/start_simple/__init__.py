"""Stage 1 of the lecture: start simple.

Builders (`kts.models`), defaults (`kts.defaults`), normalized, simplified and
synthetic data (`kts.data`). They are loaded when they are first used.
"""

from keras_troubleshoot import lazily

__all__ = ["data", "defaults", "models"]

__getattr__, __dir__ = lazily.loaded(__name__, {}, tuple(__all__))
