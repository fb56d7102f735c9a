"""Diagnoses of scale: of inputs and of regression targets."""

import numpy as np

from keras_troubleshoot.facts.targets import Target
from keras_troubleshoot.report.finding import Figure
from keras_troubleshoot.rules.heads import supervised
from keras_troubleshoot.rules.references import NORMALIZATION
from keras_troubleshoot.rules.registry import advice
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.symptoms import WILD
from keras_troubleshoot.rules.words import number


@rule(
    "input-not-normalized",
    "inputs far from unit scale, and nothing in the model scales them",
    reference=NORMALIZATION,
    family="data",
    explains=WILD + " learning-rate-too-high loss-weights-misconfigured",
)
def input_not_normalized(facts, large=30.0, large_pixels=10.0):
    """Inputs reach the first weights on a scale far from one.

    Initial weights and learning rates are made for numbers of about unit
    size. Larger inputs make larger outputs and gradients: the loss starts
    high, training diverges or crawls, and features of small scale are
    drowned by the large ones.

    Judged where the numbers meet the first weights, so that a Rescaling,
    Normalization or BatchNormalization layer, or a division in `call`,
    counts. Thresholds (root mean square): 30 for a feature of a table, 10
    for pictures (bytes come to about 100); heuristic, checked against
    healthy programs with degrees, hours and grey values of 0 to 16.
    """
    for entry in facts.entries:
        scales = rms(entry.values)
        pictures = entry.values.ndim > 3
        limit = large_pixels if pictures else large
        worst = int(np.argmax(scales))
        if not scales[worst] > limit:
            continue
        say = advice if entry.normalized_after else warning
        order = np.argsort(-scales)[:8]
        what = "colour channel" if pictures else "feature"
        yield say(
            f"layer {entry.layer!r}",
            f"The inputs reach layer {entry.layer!r} on a scale of up to "
            f"{number(scales[worst])} (root mean square of {what} {worst}; "
            f"about 1 is expected), the smallest {what} has "
            f"{number(scales.min())}.",
            "Subtract the mean and divide by the standard deviation of the "
            "training data, best in the model: `n = keras.layers."
            "Normalization(); n.adapt(x_train)` as the first layer. Pictures "
            "of bytes: `keras.layers.Rescaling(1 / 255)`.",
            largest=float(scales[worst]),
            smallest=float(scales.min()),
            position=worst,
            limit=limit,
            figures=[
                Figure(
                    "bars",
                    f"Scale of the inputs of {entry.layer}",
                    tuple(str(i) for i in order),
                    tuple(float(scales[i]) for i in order),
                    "root mean square",
                )
            ],
        )


def rms(values: np.ndarray) -> np.ndarray:
    """Root mean square of each feature (last axis)."""
    rows = values.reshape(-1, values.shape[-1] if values.ndim > 1 else 1)
    rows = rows[np.isfinite(rows).all(axis=1)].astype("float64")
    if not len(rows):
        return np.zeros(1)
    return np.sqrt((rows**2).mean(axis=0))


@rule(
    "input-over-normalized",
    "inputs scaled twice, almost no spread left",
    family="data",
    explains=WILD + " input-not-normalized learning-rate-too-low",
)
def input_over_normalized(facts, narrow=0.05, weak=0.5):
    """Inputs reach the first weights with almost no spread left.

    Typical of bytes that the loader divides by 255 and a Rescaling layer
    divides again: all pictures look alike, and the network learns slowly
    or not at all.

    Fires where no feature (of pictures: no channel) ranges over more than
    0.05 and the signal that reaches a unit, root mean square times the
    square root of the number of features, is below 0.5: vectors scaled to
    unit length are left alone. Heuristic.
    """
    for entry in facts.entries:
        values = entry.values[
            np.isfinite(entry.values).reshape(len(entry.values), -1).all(axis=1)
        ]
        if len(values) < 2:
            continue
        rows = values.reshape(-1, values.shape[-1])
        spread = np.ptp(rows, axis=0)
        centred = rows - rows.mean(axis=0)
        signal = float(np.sqrt((centred**2).sum(axis=1).mean()))
        if values.ndim > 2:
            signal = float(centred.std() * np.sqrt(9 * values.shape[-1]))
        if not 0 < spread.max() < narrow or signal > weak:
            continue
        yield warning(
            f"layer {entry.layer!r}",
            f"What reaches layer {entry.layer!r} ranges over only "
            f"{number(spread.max())} (from {number(rows.min())} to "
            f"{number(rows.max())}): the inputs seem to be scaled twice.",
            "Scale once: drop either the division in the loader or the "
            "scaling layer in the model. `x.min(), x.max()` should be about "
            "0 and 255 before `Rescaling(1 / 255)`.",
            range=float(spread.max()),
            low=float(rows.min()),
            high=float(rows.max()),
            signal=signal,
            limit=narrow,
        )


@rule(
    "normalization-not-adapted",
    "a Normalization layer that never saw data",
    reference=NORMALIZATION,
    family="data",
    explains=WILD + " input-not-normalized",
)
def normalization_not_adapted(facts, off=3.0):
    """A Normalization layer was never adapted, so it changes nothing.

    Without `adapt` (or a mean and a variance) it subtracts 0 and divides by
    1. Where what comes in is not on unit scale (a mean or a spread of a
    feature beyond 3), this leaves the inputs as they are.
    """
    for layer in facts.normalizers:
        if layer.adapted:
            continue
        needed = layer.mean > off or layer.std > off
        say = error if needed else advice
        yield say(
            f"layer {layer.layer!r}",
            f"Normalization layer {layer.layer!r} was never adapted: it "
            "subtracts 0 and divides by 1, while a feature has a mean of "
            f"{number(layer.mean)} and one a spread of {number(layer.std)}.",
            f"Before `compile`: `{layer.layer}.adapt(x_train)`.",
            mean=layer.mean,
            std=layer.std,
        )


@rule(
    "target-not-normalized",
    "regression targets far from unit scale",
    family="data",
    explains=WILD + " loss-weights-misconfigured learning-rate-too-low "
    "learning-rate-too-high too-few-epochs",
)
def target_not_normalized(facts, large=100.0, small=1e-3):
    """Regression targets are far larger or smaller than one.

    A network starts with outputs of about unit size and moves them in small
    steps: it needs thousands of steps to reach house prices, and with plain
    gradient descent the squared errors explode. Tiny targets give a tiny
    loss and tiny gradients.

    Fires for a root mean square above 100 or below 0.001, unless the
    untrained outputs are on that scale already (a last layer that scales
    back). Heuristic; ring counts, degrees and thousands of dollars of up to
    50 train well as they are.
    """
    for head in supervised(facts):
        if head.loss.kind not in ("regression", "custom"):
            continue
        if head.kind is not Target.REAL and head.kind is not Target.SHARES:
            continue
        true = head.target.flat[head.target.finite]
        scale = float(np.sqrt((true**2).mean()))
        made = head.predictions[np.isfinite(head.predictions)]
        near = len(made) and (
            abs(made.mean() - true.mean()) < 3 * true.std()
            and made.std() > 0.02 * true.std()
        )
        if small <= scale <= large or scale == 0 or near:
            continue
        if head.activation.name == "exponential":
            continue
        yield warning(
            head.target.name,
            f"The targets have a root mean square of {number(scale)} (mean "
            f"{number(true.mean())}, standard deviation "
            f"{number(true.std())}); about 1 is expected.",
            "Train on `(y - y_train.mean()) / y_train.std()`, and undo it "
            "for predictions; for amounts of several powers of ten take "
            "`np.log1p(y)` first.",
            rms=scale,
            mean=float(true.mean()),
            std=float(true.std()),
            limit_large=large,
            limit_small=small,
        )
