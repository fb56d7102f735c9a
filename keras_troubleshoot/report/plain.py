"""Values as plain Python, such as strict JSON can hold."""

import dataclasses
import enum
import math
from collections.abc import Mapping
from typing import Any


def plain(value: Any) -> Any:
    """A value in what strict JSON knows.

    Tuples and sets become lists, NumPy scalars and arrays Python numbers and
    lists, dataclasses and mappings dictionaries with string keys, enumeration
    members their values. JSON has no word for what is not finite: such
    numbers become `"nan"`, `"inf"` and `"-inf"`, which `float` reads back.
    What is none of these becomes its `str`.

    Args:
        value: any value.

    Returns:
        None, a bool, int, finite float or string, or lists and dictionaries
        of these.

    Example:
        >>> plain({"rates": (0.5, float("nan"))})
        {'rates': [0.5, 'nan']}
    """
    if isinstance(value, enum.Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(float(value))
    if hasattr(value, "tolist"):  # NumPy's, without importing it.
        return plain(value.tolist())
    return _container(value)


def _container(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): plain(held) for key, held in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(held) for held in value]
    if isinstance(value, (set, frozenset)):
        # Sets have no order: sorted, the same report is the same text.
        return sorted(map(plain, value), key=str)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)]
        return {name: plain(getattr(value, name)) for name in names}
    return str(value)
