"""`assert_save_round_trip`: what was saved is what is loaded."""

import os
import tempfile
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.facts.passes import first_lines
from keras_troubleshoot.rules.words import agreeing
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.testing import arguments
from keras_troubleshoot.testing import comparing
from keras_troubleshoot.testing import determinism
from keras_troubleshoot.testing.look import Look
from keras_troubleshoot.testing.look import Outputs
from keras_troubleshoot.testing.look import looked_at

REGISTER = (
    "decorate classes and functions of your own with "
    "`@keras.saving.register_keras_serializable()`, let `get_config` return "
    "all arguments of `__init__`, which takes `**kwargs` for those of Keras, "
    "and write a layer or a named function in place of a `lambda`"
)
RESTORE = (
    "make all layers and weights in `__init__` or `build`, so that a loaded "
    "model makes the same ones, and let `get_config` return what they depend "
    "on"
)


def assert_save_round_trip(
    model: Any,
    x: Any,
    *,
    custom_objects: Mapping[str, Any] | None = None,
    atol: float = 1e-6,
) -> None:
    """Asserts that a model comes back from its `.keras` file as it was.

    It is saved to a temporary folder and loaded with `safe_mode=True`, which
    runs no code out of the file. Compared are the weights and whether they
    are trainable; the outputs for some rows, unless they differ from run to
    run anyway; and the variables of the optimizer, where it has any yet.

    Args:
        model: a `keras.Model` of any kind, compiled or not.
        x: what `predict` takes.
        custom_objects: classes and functions by their names, as
            `keras.saving.load_model` takes them. Left out, the file must
            load by what is registered.
        atol: how far outputs may be apart, in their own units, and once
            more relative to the largest of them; the default leaves some
            roundings of float32. Weights must be the same bit for bit.

    Raises:
        AssertionError: if it cannot be saved or loaded, or comes back
            different; names the weight or output that differs most.
        TypeError: if `model` is no Keras model, or `custom_objects` no
            dictionary.
        ValueError: if the data cannot be read, or the model cannot be run.

    Example:
        >>> import keras
        >>> import numpy as np
        >>> net = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        >>> assert_save_round_trip(net, np.eye(2))
    """
    __tracebackhide__ = True
    arguments.require_tolerances(atol=atol)
    if custom_objects is not None and not isinstance(custom_objects, Mapping):
        raise TypeError(
            "`custom_objects` must be a dictionary of classes and functions "
            f"by their names, received: a {type(custom_objects).__name__}. "
            "To mend it, pass such as {'MyLayer': MyLayer}."
        )
    with looked_at(model, x) as look, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        look.outputs(look.runner.x())
        problem, loaded = reloaded(model, dict(custom_objects or {}))
        if not problem:
            problem = (
                other_weights(model, loaded)
                or other_outputs(look, loaded, atol)
                or other_optimizer(model, loaded)
            )
    if problem:
        raise AssertionError(
            f"{model.name!r} must come back from a `.keras` file as it was, "
            f"but {problem}."
        )


def reloaded(model: Any, custom_objects: dict) -> tuple[str, Any]:
    """What comes back from a file, and what went wrong on the way."""
    import keras

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.keras")
        for verb, act in (
            ("saved", lambda: model.save(path)),
            (
                "loaded",
                lambda: keras.saving.load_model(
                    path, custom_objects=custom_objects, safe_mode=True
                ),
            ),
        ):
            try:
                loaded = act()
            except Exception as error:
                return (
                    f"it cannot be {verb}: {type(error).__name__}: "
                    f"{reason(error)}. To mend it, {REGISTER}"
                ), None
    return "", loaded


def reason(error: Exception) -> str:
    """What Keras says is wrong, without the configuration of the model.

    Example:
        >>> reason(TypeError("Cannot be. config={}. Exception encountered: no"))
        'no'
    """
    said = str(error)
    for start in ("Exception encountered: ", "during deserialization: "):
        said = said.rpartition(start)[2]
    for end in (" config=", "Full object config", "\nReceived"):
        said = said.partition(end)[0]
    return first_lines(ValueError(said)).rstrip(".")


def other_weights(model: Any, loaded: Any) -> str:
    """How the weights differ; empty where they do not."""
    own, back = model.weights, loaded.weights
    problem = other_values(own, back, "weight")
    if problem:
        return f"{problem}. To mend it, {RESTORE}"
    other = [
        one
        for one, two in zip(own, back, strict=True)
        if one.trainable != two.trainable
    ]
    if not other:
        return ""
    was = "trainable" if other[0].trainable else "frozen"
    some = f"{len(other)} of its {counted(len(own), 'weight')}"
    return (
        f"{some} {agreeing(len(other), 'is', 'are')} {was} no longer, first "
        f"{other[0].path!r}. To mend it, set `trainable` of a layer where it "
        "is made, in `__init__`"
    )


def other_values(own: list, back: list, noun: str) -> str:
    """How two lists of variables differ; empty where they do not."""
    what = f"its {counted(len(own), noun)}"
    if len(own) != len(back):
        return f"of {what} {len(back)} come back"
    for one, two in zip(own, back, strict=True):
        if tuple(one.shape) != tuple(two.shape):
            return (
                f"of {what} {one.path!r} of shape {tuple(one.shape)} comes "
                f"back in shape {tuple(two.shape)}"
            )
    changes = [
        (one.path, change)
        for one, two in zip(own, back, strict=True)
        if (change := changed(one, two)) is not None
    ]
    if not changes:
        return ""
    path, change = changes[0]
    return (
        f"{len(changes)} of {what} {agreeing(len(changes), 'is', 'are')} not "
        f"the same, first {path!r}, which changes {change}"
    )


def changed(one: Any, other: Any) -> comparing.Change | None:
    """How two variables differ; None where they do not by a bit."""
    before, after = ({"": np.asarray(v)} for v in (one, other))
    return comparing.compare(before, after, comparing.Tolerance())


def other_outputs(look: Look, loaded: Any, atol: float) -> str:
    """How the outputs differ; empty where they do not, or always do."""
    if determinism.randomness(look, comparing.Tolerance()):
        return ""
    again = Look(loaded, look.sample, look.rows)
    before, after = from_start(look), from_start(again)
    if after is None:
        return f"what comes back cannot be run. To mend it, {RESTORE}"
    if len(before) != len(after):
        return (
            f"of its {counted(len(before), 'output')} {len(after)} come back. "
            f"To mend it, {RESTORE}"
        )
    # What Keras has named itself may be counted on.
    after = dict(zip(before, after.values(), strict=True))
    change = comparing.compare(before, after, comparing.Tolerance(atol, atol))
    if change is None:
        return ""
    return (
        f"with the same weights output {change.output!r} changes {change} on "
        f"the same {counted(look.rows, 'row')}, most in row "
        f"{look.number(change.place[0])} (atol={atol:g}). To mend it, let "
        "`get_config` return all arguments of `__init__`, and keep what else "
        "`call` depends on in weights, not in attributes"
    )


def from_start(look: Look) -> Outputs | None:
    """The outputs from the first states; None where the model raises."""
    with look.runner.quiet():
        done = determinism.recorded(look, look.runner.x())
    return None if done.failure is not None else look.named(done.outputs)


def other_optimizer(model: Any, loaded: Any) -> str:
    """How the optimizer differs; empty where it does not."""
    optimizer = model.optimizer if model.compiled else None
    if optimizer is None or not optimizer.built:
        return ""
    if not loaded.compiled:
        return (
            "it is compiled no longer. To mend it, override "
            "`get_compile_config` and `compile_from_config` beside `compile`"
        )
    problem = other_values(
        optimizer.variables,
        loaded.optimizer.variables,
        "optimizer variable",
    )
    return problem and (
        f"{problem}, so that training would go on otherwise. To mend it, let "
        "all that is trained be made before the weights are loaded, in "
        "`__init__` or `build`"
    )
