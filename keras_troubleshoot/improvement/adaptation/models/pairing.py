"""`paired`: batches of two domains of unequal size."""

import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from keras_troubleshoot.facts import nests
from keras_troubleshoot.improvement.adaptation.models import rows
from keras_troubleshoot.improvement.adaptation.models.rows import Rows


def paired(
    source: Any,
    target: Any,
    batch_size: int = 32,
    *,
    steps: int | None = None,
    shuffle: bool = True,
    balanced: bool = False,
    seed: int | None = None,
) -> Any:
    """Batches of two domains, shuffled and repeated independently.

    What `AdaptationModel.fit` trains on. Batches are always full: the smaller
    domain is repeated while the larger one lasts.

    Args:
        source: `(inputs, labels)` or `(inputs, labels, sample_weight)`:
            arrays or nested structures of arrays; or a batched
            `tf.data.Dataset` of such tuples. A list of them is several
            sources, whose rows take turns in a batch.
        target: inputs alone, of the structure and shapes of the source's; or
            a batched `tf.data.Dataset` of them.
        batch_size: rows of each domain in a batch.
        steps: batches of an epoch. None takes the larger domain once; streams
            that do not tell their length need it.
        shuffle: whether to shuffle each domain each time through (of a
            stream, 1,024 rows at a time).
        balanced: whether each batch holds the classes of a source equally
            often, rare ones repeated: what is aligned does not hang on how
            many rows of a class a batch happens to have, nor on shares of
            classes that the target need not have. For labels of one class a
            row. (Half of what Jiang et al., Implicit Class-Conditioned Domain
            Alignment, ICML 2020, do; they balance the target too, by the
            classes that are predicted.)
        seed: of the shuffling; None follows `keras.utils.set_random_seed`.
            (A stream follows it in its first epoch.)

    Returns:
        A `tf.data.Dataset` of `({"source": inputs, "target": inputs},
        labels)`, with weights where the source has them.

    Raises:
        ValueError: a domain is empty or holds NaN, the domains differ in
            structure or shape, labels are passed for the target, the source
            holds a single class, or there are no classes to be balanced.

    Example:
        >>> xs, ys, xt = np.ones((50, 3)), np.arange(50) % 2, np.ones((20, 3))
        >>> batches = paired((xs, ys), xt, batch_size=16)
        >>> x, y = next(iter(batches))
        >>> x["source"].shape, x["target"].shape, len(batches)
        (TensorShape([16, 3]), TensorShape([16, 3]), 4)
    """
    sources, wanted = read(source, target, batch_size)
    if steps is None:
        steps = epoch([*sources, wanted], batch_size)
    elif not isinstance(steps, (int, np.integer)) or steps < 1:
        raise ValueError(f"`steps` must be at least 1, received: {steps!r}.")
    if balanced:
        sources = [one.balanced() for one in sources]
    return batches(sources, wanted, batch_size, steps, shuffle, seed)


def read(source: Any, target: Any, batch_size: Any) -> tuple[list[Rows], Rows]:
    """Both domains, checked."""
    if not isinstance(batch_size, (int, np.integer)) or batch_size < 1:
        raise ValueError(
            f"`batch_size` must be at least 1, received: {batch_size!r}."
        )
    given = source if isinstance(source, list) else [source]
    if not given:
        raise ValueError(
            "`source` must hold at least one source, received: []."
        )
    for one in given:
        require_labels(one)
    require_no_labels(given[0], target)
    wanted = rows.read(target, "target")
    names = ["source"]
    if len(given) > 1:
        names = [f"source {place}" for place in range(len(given))]
    sources = [
        rows.read(one, name) for one, name in zip(given, names, strict=True)
    ]
    for one in sources:
        require_alike(one, wanted)
    require_classes(sources)
    return sources, wanted


def require_labels(source: Any) -> None:
    """Raises where a source is no tuple of inputs and labels."""
    spec = getattr(source, "element_spec", source)
    if not isinstance(spec, tuple) or len(spec) not in (2, 3):
        raise ValueError(
            "`source` must be `(inputs, labels)`, `(inputs, labels, "
            "sample_weight)` or a `tf.data.Dataset` of them, received: "
            f"{type(spec).__name__}."
        )


def require_no_labels(source: Any, target: Any) -> None:
    """Raises where the target comes with labels."""
    inputs = getattr(source, "element_spec", source)[0]
    spec = getattr(target, "element_spec", target)
    if isinstance(spec, tuple) and not isinstance(inputs, (tuple, list)):
        raise ValueError(
            "`target` must be inputs alone, received: a tuple of "
            f"{len(spec)}, as of inputs and labels. To mend it, leave the "
            "labels out; to train on them too, see "
            "`kts.adaptation.fine_tune` and `kts.adaptation.mix_target`."
        )


def require_alike(source: Rows, target: Rows) -> None:
    """Raises where inputs of the domains differ in structure or shape."""
    one, other = source.spec[0], target.spec
    shapes = [
        {told: leaf.shape.as_list() for told, leaf in nests.leaves(spec, "x")}
        for spec in (one, other)
    ]
    if shapes[0].keys() == shapes[1].keys() and all(
        fits(shape, shapes[1][told]) for told, shape in shapes[0].items()
    ):
        return
    raise ValueError(
        "Source and target must have inputs of the same shape, received: "
        f"{shapes[0]} of the {source.name} and {shapes[1]} of the target. To "
        "mend it, bring both to one shape."
    )


def fits(one: list, other: list) -> bool:
    """Whether shapes agree where both are known."""
    return len(one) == len(other) and all(
        None in pair or pair[0] == pair[1]
        for pair in zip(one, other, strict=True)
    )


def require_classes(sources: list[Rows]) -> None:
    """Raises where all labels of the sources are the same."""
    if any(isinstance(one.values, tf.data.Dataset) for one in sources):
        return
    for place, _ in enumerate(nests.arrays(sources[0].values[1])):
        labels = [nests.arrays(one.values[1])[place] for one in sources]
        first = labels[0][0]
        if all(np.all(one == first) for one in labels):
            raise ValueError(
                "The labels of the source must differ, received: "
                f"{sum(map(len, labels)):,} rows of the single class "
                f"{first.tolist()}. To mend it, add rows of the other classes."
            )


def epoch(domains: list[Rows], batch_size: int) -> int:
    """Batches that take the largest domain once."""
    known = [one.count for one in domains if one.count is not None]
    if not known:
        raise ValueError(
            "`steps` must be given where no domain tells its length, "
            "received: None."
        )
    return math.ceil(max(known) / batch_size)


def batches(
    sources: list[Rows],
    target: Rows,
    batch_size: int,
    steps: int | None,
    shuffle: bool,
    seed: int | None,
) -> Any:
    """The batches of both domains, so many, or without end."""
    streams = [
        one.batches(batch_size, shuffle, shifted(seed, place))
        for place, one in enumerate(sources)
    ]
    # The seed of the source does not hang on the target.
    wanted = target.batches(batch_size, shuffle, shifted(seed, len(sources)))
    zipped = tf.data.Dataset.zip(tuple(streams), wanted)
    made = zipped.map(joined)
    if steps is not None:
        made = made.take(steps)
    return made.prefetch(tf.data.AUTOTUNE)


def shifted(seed: int | None, place: int) -> int | None:
    """A seed for each domain."""
    return None if seed is None else seed + place


def joined(sources: tuple, target: Any) -> tuple:
    """One batch in the form that the model takes."""
    x, *rest = keras.tree.map_structure(take_turns, *sources)
    return ({"source": x, "target": target}, *rest)


def take_turns(*parts: Any) -> Any:
    """Rows of each part by turns: row `i` is of part `i % len(parts)`."""
    if len(parts) == 1:
        return parts[0]
    stacked = tf.stack(parts, axis=1)
    return tf.reshape(stacked, tf.concat([[-1], tf.shape(stacked)[2:]], axis=0))
