"""Inputs of any kind as columns that can be compared."""

import dataclasses
import re
from collections import Counter

import numpy as np

from keras_troubleshoot.facts import kinds
from keras_troubleshoot.facts.arrays import Array

# Different whole values up to which a column holds categories (heuristic).
FEW = 10
# Words or tokens, and principal components, that are looked at.
WORDS, COMPONENTS = 100, 20
# Columns of a table that are compared one by one, and channels.
MOST, CHANNELS = 1000, 16
# Columns from which on a classifier sees components instead (for time).
WIDE = 100


@dataclasses.dataclass(frozen=True, eq=False)
class Column:
    """One column of both data sets.

    Attributes:
        name: as the user would write it.
        values: of all rows, those of the first data set first; float64 with
            NaN where one is missing; places in `words` for categories.
        words: the categories; empty for amounts.
        tested: whether it means something by itself; components do not.
    """

    name: str
    values: np.ndarray
    words: tuple[str, ...] = ()
    tested: bool = True


def of(name: str, a: np.ndarray, b: np.ndarray) -> list[Column]:
    """The columns of one input.

    Args:
        name: of the input.
        a: its rows in the first data set.
        b: its rows in the second.

    Raises:
        ValueError: if they do not go together.
    """
    if a.shape[1:] != b.shape[1:]:
        raise ValueError(
            f"Rows of `{name}` must have one shape in both data sets, "
            f"received: {a.shape[1:]} and {b.shape[1:]}. To mend it, bring "
            "them to one shape, as for the model."
        )
    values = np.concatenate([a, b])
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.dtype.kind not in "buif":
        return of_objects(name, values)
    if any(are_tokens(name, each) for each in (a, b)):
        return of_tokens(name, values)
    if values.ndim > 2:
        return of_signal(name, values)
    if values.ndim == 1:
        return [of_numbers(name, values)]
    return of_table(name, values)


def are_tokens(name: str, values: np.ndarray) -> bool:
    """Whether rows are ids of words; of a shifted set they may not look so."""
    kind = kinds.kind(Array(name, values, len(values)))
    return kind is kinds.Input.TOKENS


def of_numbers(name: str, values: np.ndarray) -> Column:
    """A column of amounts, or of few whole values."""
    values = values.astype("float64")
    values[~np.isfinite(values)] = np.nan
    known = values[np.isfinite(values)]
    found = np.unique(known)
    if len(found) <= FEW and not (found % 1).any():
        words = tuple(f"{value:g}" for value in found)
        places = np.searchsorted(found, values).astype("float64")
        places[np.isnan(values)] = np.nan
        return Column(name, places, words)
    return Column(name, values)


def of_objects(name: str, values: np.ndarray) -> list[Column]:
    """Categories, or texts.

    Raises:
        ValueError: if they are no words.
    """
    if values.ndim > 1:
        return [
            column
            for place in range(values.shape[1])
            for column in of_objects(f"{name}[:, {place}]", values[:, place])
        ]
    try:
        return [of_numbers(name, values.astype("float64"))]
    except (TypeError, ValueError):
        texts = [decoded(value) for value in values]
    if len(set(texts)) > max(FEW, len(texts) // 4) and any(
        " " in text for text in texts
    ):
        return of_words(name, [re.findall(r"\w+", t.lower()) for t in texts])
    words, places = np.unique(texts, return_inverse=True)
    return [Column(name, places.astype("float64"), tuple(words.tolist()))]


def decoded(value: object) -> str:
    """A value as text."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


def of_tokens(name: str, values: np.ndarray) -> list[Column]:
    """Tokens that texts hold, without the padding."""
    return of_words(name, [row[row != 0].tolist() for row in values])


def of_words(name: str, texts: list[list]) -> list[Column]:
    """How long texts are, and which of the commonest words they hold."""
    counts = Counter(word for text in texts for word in set(text))
    lengths = np.array([len(text) for text in texts], "float64")
    held = [set(text) for text in texts]
    found = [Column(f"length of {name}", lengths)]
    for word, count in counts.most_common(WORDS):
        if count < len(texts):
            has = np.array([word in text for text in held], "float64")
            found.append(Column(f"{word!r} in {name}", has, ("no", "yes")))
    return found


def of_table(name: str, values: np.ndarray) -> list[Column]:
    """The columns of a table; of a wide one, components as well."""
    width = values.shape[1]
    places = np.arange(width)
    if width > MOST:
        spread = np.nanstd(values.astype("float32"), axis=0)
        places = np.sort(np.argsort(-spread, kind="stable")[:MOST])
    found = [of_numbers(f"{name}[:, {p}]", values[:, p]) for p in places]
    found = [column for column in found if np.nanstd(column.values) > 0]
    return found + (components(name, values) if width > WIDE else [])


def of_signal(name: str, values: np.ndarray) -> list[Column]:
    """Images, series and other blocks: level, spread, channels, components."""
    flat = values.reshape(len(values), -1).astype("float64")
    found = [
        Column(f"mean of {name}", flat.mean(axis=1)),
        Column(f"spread of {name}", flat.std(axis=1)),
    ]
    channels = values.shape[-1]
    if 1 < channels <= CHANNELS:
        by_channel = values.reshape(len(values), -1, channels).mean(axis=1)
        found += [
            Column(f"mean of {name}[..., {c}]", by_channel[:, c].astype(float))
            for c in range(channels)
        ]
    return found + components(name, values)


def components(name: str, values: np.ndarray) -> list[Column]:
    """The first principal components of all rows of both data sets."""
    from sklearn import decomposition

    flat = np.nan_to_num(values.reshape(len(values), -1).astype("float32"))
    count = min(COMPONENTS, flat.shape[1], len(flat) - 1)
    made = decomposition.PCA(
        count, svd_solver="randomized", random_state=0
    ).fit_transform(flat)
    return [
        Column(f"component {i} of {name}", made[:, i].astype(float), (), False)
        for i in range(count)
    ]
