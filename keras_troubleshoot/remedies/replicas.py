"""Copies of models that have no configuration, attribute by attribute.

Most models that are written as a class have no `get_config`. Their layers,
variables, metrics, seeds and containers are copied; whatever else their
attributes hold (functions, initializers, arrays) is shared.
"""

from typing import Any

# What `compile` and `fit` leave behind; a copy is compiled anew.
COMPILED = (
    "optimizer",
    "_optimizer",
    "_compile_loss",
    "_compile_metrics",
    "_compile_config",
    "_loss_tracker",
    "train_function",
    "test_function",
    "predict_function",
    "history",
)
# Where TensorFlow wraps lists and dictionaries that are set as attributes,
# to find the variables in them.
WRAPPERS = "tensorflow.python.trackable.data_structures"
# Functions that Keras wraps for the one object.
WRAPPED = ("build", "quantize")


class Replicas:
    """Copies objects, each of them once.

    Args:
        clone: copies a Sequential or Functional model.
    """

    def __init__(self, clone):
        self.clone = clone
        self.made: dict[int, tuple[Any, Any]] = {}

    def of(self, value: Any) -> Any:
        """The copy of a value, or the value itself where it is shared."""
        if id(value) in self.made:
            return self.made[id(value)][1]
        return self.copied(value)

    def note(self, value: Any, copied: Any) -> Any:
        """Remembers a copy; the original is kept alive with it."""
        self.made[id(value)] = (value, copied)
        return copied

    def copied(self, value: Any) -> Any:
        """A new copy of a value, or the value where it is shared."""
        import keras

        if isinstance(value, keras.Variable):
            return self.note(value, variable(value))
        if is_graph(value):
            return self.note(value, self.clone(value))
        if isinstance(value, keras.optimizers.Optimizer):
            return self.note(value, optimizer_like(value))
        if isinstance(value, keras.Layer | keras.Metric) or is_held(value):
            return self.object(value)
        if type(value).__module__ == WRAPPERS:
            return self.plain(value)
        if isinstance(value, dict | list | set):
            return self.container(value)
        if type(value) is tuple:
            return tuple(map(self.of, value))
        return value

    def object(self, value: Any) -> Any:
        """A copy of an object by its attributes."""
        copied = self.note(value, object.__new__(type(value)))
        for name, held in list(vars(value).items()):
            if name in WRAPPED:
                continue
            left_out = is_model(value) and name in COMPILED
            vars(copied)[name] = None if left_out else self.of(held)
        if is_model(value):
            vars(copied)["compiled"] = False
        return copied

    def plain(self, value: Any) -> Any:
        """A copy of what TensorFlow has wrapped, without the wrapping."""
        if isinstance(value, dict):
            copied = self.note(value, {})
            for key, element in value.items():
                copied[key] = self.of(element)
            return copied
        if isinstance(value, list):
            copied = self.note(value, [])
            copied.extend(map(self.of, value))
            return copied
        inner = tuple(value)
        same = type(getattr(value, "__wrapped__", inner))
        parts = [self.of(element) for element in inner]
        return same(*parts) if hasattr(same, "_fields") else same(parts)

    def container(self, value: Any) -> Any:
        """A copy of a list, dictionary or set; Keras's kinds stay so."""
        kind = type(value)
        copied = self.note(value, kind.__new__(kind))
        held = vars(value) if hasattr(value, "__dict__") else {}
        for name, attribute in held.items():
            vars(copied)[name] = self.of(attribute)
        # Past the tracker, which has noted these already.
        if isinstance(value, dict):
            for key, element in value.items():
                dict.__setitem__(copied, key, self.of(element))
        elif isinstance(value, list):
            list.extend(copied, map(self.of, value))
        else:
            set.update(copied, map(self.of, value))
        return copied


def optimizer_like(optimizer: Any) -> Any:
    """A new optimizer with the same arguments; it knows no variables yet."""
    return type(optimizer).from_config(optimizer.get_config())


def variable(value: Any) -> Any:
    """A variable of its own, with the same value."""
    import keras

    copied = keras.Variable(
        value.numpy(),
        dtype=value.dtype,
        trainable=value.trainable,
        autocast=getattr(value, "_autocast", True),
        aggregation=value.aggregation,
        synchronization=value.synchronization,
        name=value.name,
    )
    copied._path = value.path
    copied.regularizer = value.regularizer
    copied.constraint = value.constraint
    return copied


def is_model(value: Any) -> bool:
    """Whether it is a Keras model."""
    import keras

    return isinstance(value, keras.Model)


def is_graph(value: Any) -> bool:
    """Whether it is a Sequential or Functional model."""
    from keras_troubleshoot.facts import keras_internals

    if not is_model(value):
        return False
    return keras_internals.model_kind(value) != "subclass"


def is_held(value: Any) -> bool:
    """Whether it is one of Keras's objects that hold state."""
    import keras
    from keras.src.utils import tracking

    return isinstance(value, keras.random.SeedGenerator | tracking.Tracker)
