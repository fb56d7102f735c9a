"""Toy problems with several inputs, each of which tells a part."""

from collections.abc import Mapping
from typing import Any

from keras_troubleshoot.start_simple.data.checks import require_whole
from keras_troubleshoot.start_simple.data.synthetic import making
from keras_troubleshoot.start_simple.data.synthetic.common import settings
from keras_troubleshoot.start_simple.data.synthetic.pictures import Picture
from keras_troubleshoot.start_simple.data.synthetic.series import Series
from keras_troubleshoot.start_simple.data.synthetic.tables import Table
from keras_troubleshoot.start_simple.data.synthetic.texts import Text
from keras_troubleshoot.start_simple.data.synthetic.toy import Toy

# What an input is, by the sizes that are given for it.
FACTORIES = {
    ("shape",): lambda size, *rest: Picture(size["shape"], *rest),
    ("features", "steps"): lambda size, *rest: Series(
        size["steps"], size["features"], *rest
    ),
    ("steps", "vocabulary"): lambda size, *rest: Text(
        size["steps"], range(1, size["vocabulary"]), *rest
    ),
    ("features",): lambda size, *rest: Table(size["features"], *rest),
}


def multimodal(
    inputs: Mapping[str, Mapping[str, Any]], rows: int = 1000, **common: Any
) -> Toy:
    """Several inputs, none of which is enough.

    In each row of a classification one of the inputs, at random, shows the
    class, and the others show nothing; the target of a regression is a sum to
    which each adds its part. A model that misses one of `m` inputs falls
    short by a known amount: `alone` says what one of them reaches (the
    formulas stand in `classes.Classes` and `amounts.Amounts`).

    An input shows a class in `rows / (C * m)` rows. With 25 of them (1000
    rows, 10 classes, 4 inputs) a small network came to 0.88 to 0.97, with 50
    to 1.0.

    Args:
        inputs: by name, the sizes of each: `{"shape": (28, 28, 1)}` for
            images, `{"steps": 50, "features": 3}` for sequences,
            `{"steps": 50, "vocabulary": 1000}` for tokens,
            `{"features": 10}` for a table; as in `images`, `sequences`,
            `tokens` and `tabular`.
        rows: of the training part.
        **common: `classes`, `task`, `noise`, `imbalance`, `shift`,
            `test_rows` and `seed`; see `Common`.

    Returns:
        The problem; its inputs are dictionaries of arrays.

    Raises:
        ValueError: an argument is out of range, or an input is of no kind.
        TypeError: an argument is of another type.

    Example:
        >>> sizes = {"photo": {"shape": (8, 8, 1)}, "facts": {"features": 4}}
        >>> toy = multimodal(sizes, rows=100, classes=4)
        >>> toy.x["photo"].shape, toy.alone["photo"], toy.reachable
        ((100, 8, 8, 1), 0.625, 1.0)
    """
    if not isinstance(inputs, Mapping) or not inputs:
        raise TypeError(
            "`inputs` must be a dictionary of the sizes of each input, "
            f"received: {inputs!r}. To mend it, pass such as "
            "`{'photo': {'shape': (28, 28, 1)}, 'facts': {'features': 10}}`."
        )
    factories = {name: factory(name, size) for name, size in inputs.items()}
    asked = settings(rows, common)
    return making.several(factories, making.problem(asked), asked)


def factory(name: str, size: Mapping[str, Any]) -> making.Factory:
    """Makes an input of these sizes.

    Raises:
        ValueError: the sizes are of no kind of input.
        TypeError: one of them is no whole number.
    """
    keys = tuple(sorted(size)) if isinstance(size, Mapping) else ()
    if keys not in FACTORIES:
        raise ValueError(
            f"`inputs[{name!r}]` must have `shape`, `steps` and `features`, "
            f"`steps` and `vocabulary`, or `features`, received: {size!r}. To "
            "mend it, give the sizes of one kind of input."
        )
    for key, value in size.items():
        if key == "shape":
            making.require_shape(value)
        else:
            require_whole(key, value, 1)
    return lambda needed, rng: FACTORIES[keys](size, needed, rng)
