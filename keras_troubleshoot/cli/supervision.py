"""Supervises a script from the moment in which it imports Keras.

To import Keras before the script does would be too early: scripts set
`CUDA_VISIBLE_DEVICES`, `TF_CPP_MIN_LOG_LEVEL` or `KERAS_BACKEND` first.
"""

import contextlib
import importlib.abc
import importlib.util
import sys
from collections.abc import Callable
from collections.abc import Iterator

from keras_troubleshoot.cli.command import require_backend
from keras_troubleshoot.cli.command import require_loaded_backend


class Watch:
    """What comes of supervising.

    Args:
        confirm: as of `kts.supervise`.

    Attributes:
        session: the session of `kts.supervise()`; `None` before Keras is
            imported.
    """

    def __init__(self, confirm: float | None = None):
        self.session = None
        self._confirm = confirm
        self._stack = contextlib.ExitStack()

    def start(self, keras) -> None:
        """Starts to supervise.

        Raises:
            CommandError: if Keras runs on another backend than TensorFlow.
        """
        require_loaded_backend(keras)
        from keras_troubleshoot.debugging import supervise

        self.session = self._stack.enter_context(
            supervise.supervise(confirm=self._confirm)
        )

    def stop(self) -> None:
        """Stops to supervise, if it was started."""
        self._stack.close()


@contextlib.contextmanager
def when_keras_is_imported(confirm: float | None = None) -> Iterator[Watch]:
    """Supervises what happens inside, once Keras is there.

    Args:
        confirm: seconds for trials of suspicions, as of `kts.supervise`.

    Yields:
        The `Watch`, whose session is there after Keras was imported.
    """
    watch = Watch(confirm)
    finder = _AfterImport("keras", watch.start)
    if "keras" in sys.modules:
        watch.start(sys.modules["keras"])
    else:
        sys.meta_path.insert(0, finder)
    try:
        yield watch
    finally:
        finder.leave()
        watch.stop()


class _AfterImport(importlib.abc.MetaPathFinder):
    """Calls `act(module)` once, after `name` was imported."""

    def __init__(self, name: str, act: Callable):
        self._name = name
        self._act = act

    def find_spec(self, fullname, path=None, target=None):
        """Finds what the other finders find, with our loader around it."""
        if fullname != self._name:
            return None
        self.leave()
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, self._act)
        return spec

    def leave(self) -> None:
        """Takes itself out of the way of imports."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)


class _Loader(importlib.abc.Loader):
    """Loads as another loader does, then calls `act(module)`."""

    def __init__(self, loader, act: Callable):
        self._loader = loader
        self._act = act

    def create_module(self, spec):
        """The other loader's module."""
        return self._loader.create_module(spec)

    def exec_module(self, module) -> None:
        """Executes the module and acts.

        Raises:
            CommandError: if Keras is to run on another backend.
        """
        # Before Keras looks for a backend that may not be installed.
        require_backend()
        module.__spec__.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._act(module)
