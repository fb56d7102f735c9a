"""What an optimizer keeps beside each weight, without making it."""

import math
from typing import Any


def slots(optimizer: Any, variables: list) -> list[int]:
    """Bytes that an optimizer keeps for each of some weights.

    A copy of the optimizer is built that only notes what it would make, so
    that a model is measured that leaves no room for it. What belongs to no
    weight, such as the counter of steps, is left out.

    Args:
        optimizer: a Keras optimizer; None for none.
        variables: trainable variables.

    Returns:
        Bytes by weight.
    """
    import keras

    if optimizer is None:
        return [0] * len(variables)
    noted: list[int] = []

    def add_variable(shape, initializer="zeros", dtype=None, **options):
        # A number alone is a counter, or a scale of the loss.
        if tuple(shape):
            kind = keras.backend.standardize_dtype(dtype or "float32")
            noted.append(math.prod(shape) * bytes_of(kind))

    def from_reference(reference_variable, name=None, initializer="zeros"):
        count = math.prod(reference_variable.shape)
        noted.append(count * bytes_of(reference_variable.dtype))

    copy = type(optimizer).from_config(optimizer.get_config())
    parts = [copy, *filter(None, [getattr(copy, "inner_optimizer", None)])]
    for part in parts:
        vars(part)["add_variable"] = add_variable
        vars(part)["add_variable_from_reference"] = from_reference
    found = []
    for variable in variables:
        noted.clear()
        for part in parts:
            part.built = False
        copy.build([variable])
        found.append(sum(noted))
    return found


def bytes_of(dtype: str) -> int:
    """Bytes of one number.

    Example:
        >>> bytes_of("bfloat16"), bytes_of("int64"), bytes_of("bool")
        (2, 8, 1)
    """
    if dtype == "bool":
        return 1
    digits = "".join(c for c in dtype.split("_")[0] if c.isdigit())
    return {"bfloat16": 2}.get(dtype) or int(digits[:2]) // 8
