"""A layer made again with something changed, and run by itself."""

from typing import Any

import numpy as np

from keras_troubleshoot.debugging.comparing import records
from keras_troubleshoot.debugging.comparing import units
from keras_troubleshoot.facts import keras_internals

# Layers that take their inputs as one list.
MERGING = ("Merging", "BaseMerge", "Merge", "Concatenate", "Attention")


class Replica:
    """Runs copies of one layer on what that layer was given.

    Args:
        record: of the layer.
        training: the mode in which it ran.
    """

    def __init__(self, record: Any, training: bool):
        self.layer, self.training = record.layer, training
        self.inputs = record.inputs
        self.config = dict(record.layer.get_config())
        for name in ("activation", "recurrent_activation"):
            # Functions of the user's own have no configuration.
            if name in self.config:
                self.config[name] = getattr(record.layer, name, None)
        inner = keras_internals.all_layers(record.layer)
        self.opaque = len(inner) > 1
        held = units.named(record.layer, self.opaque)
        self.weights = {n: np.array(v.numpy()) for n, v in held.items()}

    def run(
        self,
        inputs: Any = None,
        weights: dict | None = None,
        training: bool | None = None,
        tune: Any = None,
        call: dict | None = None,
        **changes: Any,
    ) -> np.ndarray:
        """What the layer gives with something changed.

        Args:
            inputs: other inputs; None for what it was given.
            weights: other weights, by name.
            training: another mode.
            tune: called with the copy before it runs.
            call: further arguments of the call.
            **changes: of the configuration.
        """
        layer = type(self.layer).from_config(self.config | changes)
        given = self.inputs if inputs is None else inputs
        mode = self.training if training is None else training
        self.invoke(layer, given, False, call)
        variables = units.named(layer, self.opaque)
        new = list((self.weights | (weights or {})).items())
        for place, (name, variable) in enumerate(variables.items()):
            array = dict(new).get(name)
            if array is None and len(variables) == len(new):
                array = new[place][1]
            if array is not None and array.shape == tuple(variable.shape):
                variable.assign(array)
        if tune is not None:
            tune(layer)
        return self.invoke(layer, given, mode, call)

    def invoke(
        self, layer: Any, given: tuple, training: bool, call: dict | None
    ) -> np.ndarray:
        """Calls a layer."""
        merges = any(cls.__name__ in MERGING for cls in type(layer).__mro__)
        options = dict(call or {})
        if layer._call_has_training_arg:
            options["training"] = training
        fed = (list(given),) if merges else given
        made = layer(*fed, **options)
        made = made[0] if isinstance(made, tuple | list) else made
        return np.array(records.plain(made))

    def unchanged(self) -> bool:
        """Whether it can be made again at all."""
        try:
            self.run()
        except Exception:
            return False
        return True
