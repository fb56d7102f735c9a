"""`simplify`: a smaller problem of the same kind to begin with."""

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_troubleshoot.facts import data as data_lib
from keras_troubleshoot.facts import reading
from keras_troubleshoot.start_simple.data import said
from keras_troubleshoot.start_simple.data.simplifying import drawing
from keras_troubleshoot.start_simple.data.simplifying import labels
from keras_troubleshoot.start_simple.data.simplifying import shaping
from keras_troubleshoot.start_simple.data.simplifying import sources
from keras_troubleshoot.start_simple.data.simplifying.kept import Choice
from keras_troubleshoot.start_simple.data.simplifying.kept import Kept
from keras_troubleshoot.start_simple.data.simplifying.kept import Simplified
from keras_troubleshoot.start_simple.data.simplifying.kept import sentence
from keras_troubleshoot.start_simple.data.simplifying.options import Options

# Rows from which the kinds of inputs are told.
LOOKED_AT = 2000


def simplify(
    x: Any,
    y: Any = None,
    *,
    rows: int = 10_000,
    classes: int | Iterable[int] | None = None,
    size: tuple[int, int] | None = None,
    steps: int | None = None,
    kinds: Mapping[str, str] | str | None = None,
    seed: int = 0,
) -> Simplified:
    """Makes a smaller problem of the same kind, to begin with.

    The lecture advises to simplify the problem first: about 10,000 examples,
    a fixed number of objects and classes, a fixed input size (Full Stack Deep
    Learning, "Troubleshooting Deep Neural Networks"). Runs are short then,
    and a sound model is more likely to succeed.

    Rows are drawn by class where the targets are classes (ids, 0 or 1, or
    one-hot), each class with the share that it has in the whole up to one
    row, and from all alike otherwise. They stay in their order, and aligned
    in all arrays. Nothing is changed in the data themselves: a `fit` on them
    afterwards sees what it would have seen. Weights of rows are left out.

    Args:
        x: what `fit` takes: arrays or nested structures of them, a
            `tf.data.Dataset`, a `keras.utils.PyDataset`, or a generator that
            was not started. Of a stream whose length is not known, the first
            `10 * rows` rows are read.
        y: targets; None where `x` brings them, or there are none.
        rows: how many to keep at most.
        classes: how many of the most frequent classes to keep, or the ids of
            those to keep. They are numbered anew from 0, in rising order or
            that of the list; one-hot columns of others are dropped.
        size: height and width to which images are resized, in the type and
            range that they have.
        steps: to which longer sequences are cut: measurements to their last
            steps, which are the nearest to what is predicted, tokens to
            their first ones; if that end is padded with zeros, the other.
        kinds: what inputs are where it cannot be told from the data:
            "image", "sequence", "tokens" or "tabular", by the key or the full
            name of the input (`x['text']`), or one word for a single input.
        seed: of the draw; the same one gives the same rows.

    Returns:
        `(x, y, kept)`: NumPy arrays in the structure of the data, and what
        was kept; `print(kept)` says it in one sentence.

    Raises:
        ValueError: an argument is out of range, or does not go with the
            data: classes that there are not, or of targets that are none;
            a size without images; steps without sequences; arrays that
            differ in length. `UnreadableData`, a ValueError, if `x` is not
            what `fit` takes.
        TypeError: an argument is of another type.

    Example:
        >>> y = np.repeat([0, 1, 2, 3], [50, 20, 20, 10])
        >>> x, y, kept = simplify(np.zeros((100, 4)), y, rows=10, classes=3)
        >>> y.tolist()
        [0, 0, 0, 0, 0, 0, 1, 1, 2, 2]
        >>> print(kept)
        Kept 10 of 100 examples (stratified by class), 3 of 4 classes (the
        most frequent: 0, 1, 2).
    """
    given = said.by_name(kinds)
    options = Options(rows, as_classes(classes), size, steps, given, seed)
    seen = reading.read(x, y, limit=LOOKED_AT)
    data = data_lib.profile(seen)
    changes = shaping.plan(data, options)
    source = sources.gather(x, y, seen, changes, rows)
    label = labels.find(source.y, options.classes is not None)
    choice = choose(source, label, options)
    smaller_x, smaller_y = source.take(choice.indices)
    if choice.classes is not None:
        smaller_y = label.renumber(smaller_y, choice.classes)
    done = changes.done
    if seen.sample_weight is not None:
        done += ("without their sample weights",)
    told = sentence(choice, source.rows, source.cut_off, done)
    indices = None if seen.streamed else choice.indices
    kept = Kept(
        *(told, len(choice.indices), source.rows, choice.mapping, indices)
    )
    return Simplified(smaller_x, smaller_y, kept)


def as_classes(classes: Any) -> Any:
    """A list of ids as a tuple; other values as they are."""
    listed = isinstance(classes, Iterable) and not isinstance(classes, str)
    return tuple(np.asarray(list(classes)).tolist()) if listed else classes


def choose(
    source: sources.Source, label: labels.Label | None, options: Options
) -> Choice:
    """Chooses classes and rows.

    Raises:
        ValueError: the classes asked for are not there.
    """
    everything = np.arange(source.rows)
    if label is None:
        indices = drawing.draw(everything, options.rows, None, options.seed)
        return Choice(indices, source.rows)
    ids = label.ids(source.targets)
    eligible, kept = everything, None
    if options.classes is not None:
        kept = labels.keep(ids, options.classes)
        eligible = np.flatnonzero(np.isin(ids, kept))
    return Choice(
        drawing.draw(eligible, options.rows, ids[eligible], options.seed),
        len(eligible),
        label,
        kept,
        len(np.unique(ids)),
        not isinstance(options.classes, tuple),
    )
