"""`known_results`: what others have reached on a data set."""

import difflib
from typing import Any

from keras_troubleshoot.debugging.known import table
from keras_troubleshoot.debugging.known.known_result import KnownResult


def known_results(
    dataset: str | None = None, architecture: str | None = None
) -> tuple[KnownResult, ...]:
    """Published results on well-known data sets, each with its source.

    To compare a model with, before it is tuned: where it stays far behind
    what the same model reached elsewhere, there is a bug. They come in the
    lecture's order of trust: official implementations before unofficial
    ones, papers without code, and simple baselines last (Full Stack Deep
    Learning, "Troubleshooting Deep Neural Networks").

    Args:
        dataset: name of a data set, such as "MNIST"; upper and lower case,
            blanks and dashes do not matter. None for all.
        architecture: part of the name of a model, such as "ResNet"; likewise.

    Returns:
        The rows, the most trusted first.

    Raises:
        ValueError: there is no such data set, or no such architecture for it.
        TypeError: one of them is no string.

    Example:
        >>> for row in known_results("cifar10", "ResNet-20"):
        ...     print(row)
        CIFAR-10, ResNet-20: accuracy 91.25% (with shifts and mirroring);
        official implementation on a benchmark; He et al. 2016, Deep residual
        learning, https://arxiv.org/abs/1512.03385
    """
    found = list(table.rows())
    if dataset is not None:
        name = find_dataset(dataset)
        found = [row for row in found if row.dataset == name]
    if architecture is not None:
        found = of_architecture(found, architecture)
    return tuple(sorted(found, key=lambda row: row.rank))


def simple(name: str) -> str:
    """A name without what is written now so, now so.

    Example:
        >>> simple("Fashion-MNIST") == simple("fashion_mnist")
        True
    """
    return "".join(c for c in name.casefold() if c.isalnum())


def find_dataset(name: Any) -> str:
    """The name of a data set as the table has it.

    Raises:
        ValueError: there is none.
        TypeError: it is no string.
    """
    require_string("dataset", name)
    names = {simple(known): known for known in table.RESULTS}
    if simple(name) in names:
        return names[simple(name)]
    close = difflib.get_close_matches(simple(name), names, n=1)
    hint = f" Did you mean {names[close[0]]!r}?" if close else ""
    raise ValueError(
        f"`dataset` must be one of {', '.join(map(repr, names.values()))}, "
        f"received: dataset={name!r}.{hint} To mend it, take one of these, or "
        "`kts.baselines(x, y)`, which measures what simple models reach."
    )


def of_architecture(rows: list[KnownResult], name: Any) -> list[KnownResult]:
    """The rows of a model: of the very name, else of names that hold it.

    Raises:
        ValueError: there are none.
        TypeError: the name is no string.
    """
    require_string("architecture", name)
    wanted = simple(name)
    same = [row for row in rows if simple(row.architecture) == wanted]
    found = same or [row for row in rows if wanted in simple(row.architecture)]
    if not found or not wanted:
        there = dict.fromkeys(row.architecture for row in rows)
        raise ValueError(
            f"`architecture` must be one of {', '.join(map(repr, there))}, or "
            f"a part of it, received: architecture={name!r}. To mend it, take "
            "the one that is most like yours, or leave it out."
        )
    return found


def require_string(name: str, value: Any) -> None:
    """Raises unless a value is a string.

    Raises:
        TypeError: it is something else.
    """
    if not isinstance(value, str):
        raise TypeError(
            f"`{name}` must be a string, received: {name}={value!r}. To mend "
            'it, pass such as "MNIST".'
        )
