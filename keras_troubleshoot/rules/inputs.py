"""Diagnoses of the inputs: NaN, constant features, type, length."""

import numpy as np

from keras_troubleshoot.rules.registry import advice
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.symptoms import WILD
from keras_troubleshoot.rules.words import agreeing
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import listed
from keras_troubleshoot.rules.words import number


@rule(
    "input-non-finite",
    "NaN or inf in the inputs",
    family="data",
    explains=WILD,
)
def input_non_finite(facts):
    """Some inputs are NaN or infinite.

    One such number makes the loss of its batch NaN, and with it every
    weight, for good. ReLU may hide it: `max(0, NaN)` can come out as 0.

    Found by looking at all numbers (of large arrays: at a sample). A model
    that handles them itself, so that loss and gradients on these very rows
    are finite, is left alone.
    """
    for array, seen in not_finite(facts.data.inputs):
        tolerated = facts.get("tolerates_inputs")
        say = advice if tolerated else error
        yield say(
            array.name,
            f"{seen['rows']} of {counted(seen['of'], 'row')} "
            f"{agreeing(seen['rows'], 'holds', 'hold')} NaN or inf, the "
            f"first in row {seen['first'][0]}"
            + (", which the model handles." if tolerated else "."),
            "Find out where they come from. Then drop these rows (`keep = "
            "np.isfinite(x).all(axis=1)`), or fill in the median of the "
            "feature and tell the model with one more column.",
            **seen,
        )


def not_finite(arrays):
    """The arrays that hold NaN or inf, each with where they stand."""
    for array in arrays:
        if array.numeric and array.non_finite["rows"]:
            yield array, array.non_finite


@rule(
    "target-non-finite",
    "NaN or inf in the targets",
    family="data",
    explains=WILD,
)
def target_non_finite(facts):
    """Some targets are NaN or infinite.

    Their loss is NaN, and after one step so is every weight. A loss that
    masks them, so that it is finite on these very rows, is left alone.
    """
    for array, seen in not_finite(facts.data.targets):
        tolerated = facts.get("tolerates_targets")
        say = advice if tolerated else error
        yield say(
            array.name,
            f"{seen['rows']} of {counted(seen['of'], 'target')} "
            f"{agreeing(seen['rows'], 'is', 'are')} NaN or inf, the first "
            f"in row {seen['first'][0]}"
            + (", which the loss leaves out." if tolerated else "."),
            "Drop the rows without a target: `keep = np.isfinite(y); x, y = "
            "x[keep], y[keep]`.",
            **seen,
        )


@rule(
    "input-constant-feature",
    "a feature without variance",
    family="data",
)
def input_constant_feature(facts, most=40):
    """A feature has the same value in every row.

    It tells nothing: often a column that was lost on the way, such as one
    overwritten by a default, or read from the wrong place. Where rows are
    all alike, nothing can be learned.

    Constant borders of pictures, and columns of zeros among counts or
    one-hot codes, are normal, and so is the step of a series that the others
    are relative to: this looks at tables of up to 40 features, most of which
    hold more than 32 values and do not go along with the next one, and there
    at columns that do not stand beside one of two values; or at inputs that
    do not vary at all.
    """
    for array in facts.data.inputs:
        if not array.numeric or not len(array.clean) or array.features < 1:
            continue
        if len(array.clean) < 20:
            continue
        ranges = np.ptp(array.clean, axis=0)
        if not ranges.any():
            yield error(
                array.name,
                f"All {counted(len(array.clean), 'row')} that were read of "
                f"{array.name} are the same.",
                "Look at the loader: it seems to hand out one row again and "
                "again, or zeros.",
                rows=len(array.clean),
            )
            continue
        constant = array.constant
        constant = constant[~beside_codes(array.clean, constant)]
        looked_up = {k.source for k in facts.get("lookups") or ()}
        if not len(constant) or array.values.ndim != 2:
            continue
        if array.name in looked_up:
            continue
        value = array.clean[0, constant]
        if (
            array.features > most
            or coded(array.clean, ranges)
            or serial(array.clean, ranges)
            or (len(constant) > array.features / 3)
        ):
            continue
        yield warning(
            array.name,
            f"{counted(len(constant), 'feature')} of {array.features} never "
            f"{agreeing(len(constant), 'varies', 'vary')} (position "
            f"{listed(constant[:5])}, value "
            f"{listed(number(v) for v in value[:5])}).",
            "Look where these columns come from; if they are meant to be "
            "constant, drop them.",
            positions=constant[:20].tolist(),
            values=[float(v) for v in value[:20]],
            features=array.features,
        )


def coded(rows, ranges, few=32) -> bool:
    """Whether most features hold few values each, as codes and counts do.

    Among these a column of zeros is a code that did not come up.
    """
    varying = rows[:, ranges > 0]
    different = [len(np.unique(column)) for column in varying.T]
    return bool(np.median(different) <= few)


def beside_codes(rows, constant) -> np.ndarray:
    """Which columns stand beside one of two values: rare one-hot codes."""
    two = {
        place
        for place in {*(constant - 1), *(constant + 1)}
        if 0 <= place < rows.shape[1] and len(np.unique(rows[:, place])) == 2
    }
    return np.array([bool({c - 1, c + 1} & two) for c in constant], bool)


def serial(rows, ranges, alike=0.7) -> bool:
    """Whether features go along with the next one, as steps of a series do.

    Correlations of neighbours, their median.
    """
    varying = rows[:, ranges > 0]
    if varying.shape[1] < 4:
        return False
    near = [
        np.corrcoef(varying[:, i], varying[:, i + 1])[0, 1]
        for i in range(varying.shape[1] - 1)
    ]
    return bool(np.median(near) > alike)


@rule(
    "input-wrong-dtype",
    "integers where floats are meant, strings, objects",
    family="data",
    explains="call-failed shape-mismatch",
)
def input_wrong_dtype(facts):
    """Inputs are of a type that the model cannot compute with.

    Arrays of objects or strings (a table that mixes text and numbers), and
    real numbers where an Embedding looks up ids: it cuts 0.7 down to 0.
    """
    refused = facts.forward.failure is not None
    for array in facts.data.inputs:
        if array.numeric or not refused:
            continue
        kind = "objects" if array.dtype.kind == "O" else array.dtype.name
        sample = array.values.ravel()[:3].tolist()
        yield error(
            array.name,
            f"{array.name} is an array of {kind} (such as {sample!r}), the "
            "model takes numbers.",
            "Turn text into numbers (`keras.layers.StringLookup`, one-hot "
            "codes) column by column, then `x.astype('float32')`.",
            dtype=str(array.dtype),
            sample=[str(v) for v in sample],
        )
    for lookup in facts.get("lookups") or ():
        if lookup.whole:
            continue
        yield error(
            f"layer {lookup.layer!r}",
            f"Embedding {lookup.layer!r} is given real numbers from "
            f"{number(lookup.low)} to {number(lookup.high)}; it cuts them "
            "down to whole ids.",
            "Feed whole ids from 0 to input_dim - 1, not scaled ones; give "
            "amounts to a Dense layer instead.",
            low=lookup.low,
            high=lookup.high,
        )


@rule(
    "length-mismatch",
    "inputs and targets of different lengths",
    family="data",
    explains="call-failed shape-mismatch labels-misaligned",
)
def length_mismatch(facts):
    """Arrays that belong together have different numbers of rows.

    `fit` refuses them. A window too many or a header line read as a row is
    typical, and then the rest may be shifted as well.
    """
    sample = facts.data.sample
    lengths = dict(sample.lengths) if sample else {}
    if len(set(lengths.values())) < 2:
        return
    said = ", ".join(f"{name}: {rows}" for name, rows in lengths.items())
    yield error(
        "data",
        f"Inputs and targets have different numbers of rows ({said}).",
        "Find out which rows have no partner before you cut the longer one: "
        "if they are missing at the front, every pair is shifted.",
        lengths=lengths,
    )
