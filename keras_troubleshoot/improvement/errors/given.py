"""What the user passes for one data set or for both: a pair, or one value."""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np


def by_set(value: Any, sets: int, name: str) -> tuple[Any, ...]:
    """A value for each data set; None where it is not given.

    A pair (a tuple of two) is of the validation and the test validation
    set, if there are both; anything else is of the first.

    Args:
        value: what was passed.
        sets: how many data sets there are.
        name: of the argument.

    Returns:
        As many values as sets.

    Raises:
        ValueError: if it is a pair, and there is one set.

    Example:
        >>> by_set({"night": [0]}, 2, "tags"), by_set(("a", ""), 1, "tags")
        (({'night': [0]}, None), (('a', ''),))
    """
    pair = isinstance(value, tuple) and len(value) == 2
    if pair and not any(isinstance(v, str) for v in value):
        if sets == 1:
            raise ValueError(
                f"`{name}` must be of one data set, received: a pair, without "
                f"`test_validation`. To mend it, pass `{name}[0]`, or the "
                "second data set."
            )
        return value
    return (value, *[None] * (sets - 1))


class ClassNames:
    """The names of classes, or of labels, by their ids.

    Args:
        names: a sequence, or a mapping of ids; None writes the ids.

    Raises:
        TypeError: if it is something else.
    """

    def __init__(self, names: Any = None):
        sized = isinstance(names, Sequence | np.ndarray | Mapping)
        if names is not None and (not sized or isinstance(names, str)):
            raise TypeError(
                "`names` must be the names of the classes in the order of "
                f"their ids, received: {names!r}. To mend it, pass a list "
                "such as `['cat', 'dog']`."
            )
        pairs = names if isinstance(names, Mapping) else None
        if pairs is None:
            pairs = dict(enumerate([] if names is None else names))
        try:
            self.names = {int(i): str(name) for i, name in pairs.items()}
        except (TypeError, ValueError):
            raise TypeError(
                "`names` must map the ids of classes to their names, "
                f"received: {next(iter(pairs))!r} for an id. To mend it, pass "
                "such as `{0: 'cat', 1: 'dog'}`."
            ) from None
        self.given = names is not None

    def __call__(self, number: int) -> str:
        """The name of a class."""
        return self.names.get(int(number), str(int(number)))

    def require(self, numbers: Any) -> None:
        """Raises ValueError where one of some classes has no name."""
        missing = sorted({int(i) for i in numbers} - set(self.names))
        if self.given and missing:
            raise ValueError(
                "`names` must name every class, received: "
                f"{len(self.names)} names, and none for class {missing[0]}. "
                "To mend it, pass one for each id, from 0 on."
            )


def words_of(vocabulary: Any) -> dict[int, str]:
    """The word of each token id.

    Args:
        vocabulary: a sequence of words in the order of their ids, a mapping
            of words to ids or of ids to words; None for none.

    Returns:
        Words by id.

    Raises:
        TypeError: if it is something else.

    Example:
        >>> words_of({"a": 1, "film": 2})
        {1: 'a', 2: 'film'}
    """
    if vocabulary is None:
        return {}
    if isinstance(vocabulary, Mapping):
        pairs = list(vocabulary.items())
        if all(isinstance(key, str) for key, _ in pairs):
            pairs = [(number, word) for word, number in pairs]
    elif isinstance(vocabulary, Sequence | np.ndarray) and not isinstance(
        vocabulary, str
    ):
        pairs = list(enumerate(vocabulary))
    else:
        pairs = [(None, None)]
    try:
        return {int(number): str(word) for number, word in pairs}
    except (TypeError, ValueError):
        raise TypeError(
            "`vocabulary` must be a list of words, or a mapping of words to "
            f"token ids, received: {type(vocabulary).__name__}. To mend it, "
            "pass such as `layer.get_vocabulary()`."
        ) from None
