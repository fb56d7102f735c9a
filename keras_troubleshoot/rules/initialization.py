"""Diagnoses of the weights that a training starts from."""

from keras_troubleshoot.facts.facts import Unavailable
from keras_troubleshoot.rules.references import INITIALIZERS
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.symptoms import WILD
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent

DEFAULT = (
    "Leave `kernel_initializer` away (Glorot uniform), or take 'he_normal' "
    "for ReLU layers."
)


@rule(
    "constant-initialization",
    "all units of a layer start alike, and stay so",
    reference=INITIALIZERS,
    family="architecture",
    explains=WILD + " high-bias learning-rate-too-low too-few-epochs "
    "model-too-small",
)
def constant_initialization(facts):
    """All units of a hidden layer start with the same weights.

    They compute the same, get the same gradient, and stay the same for
    ever: the layer has one unit, whatever its width. Zeros in several
    layers stop all learning.

    Fires where the gradient of the loss is the same for all units too (or
    zero). Weights of zero that get different gradients are a good start:
    the last layer, the last one of a residual branch, the second matrix of
    a low-rank adapter.
    """
    for one in facts.symmetry:
        if one.taught is None or one.taught:
            continue
        value = "" if one.value is None else f" of {number(one.value)}"
        same = "no gradient" if one.still else "the same gradient"
        yield error(
            f"layer {one.layer!r}",
            f"All {one.units} units of layer {one.layer!r} start with the "
            f"same weights{value}, and all get {same}: they can never become "
            "different.",
            DEFAULT,
            units=one.units,
            value=one.value,
            path=one.path,
        )


@rule(
    "badly-scaled-initialization",
    "weights that start far too large or too small",
    reference=INITIALIZERS,
    family="architecture",
    explains=WILD + " saturating-hidden-activation learning-rate-too-high "
    "learning-rate-too-low over-regularized",
)
def badly_scaled_initialization(
    facts, large=3.0, out=10.0, small=0.2, gone=1e-3, saturated=0.5
):
    """Weights start so large or so small that numbers leave all scales.

    What a layer returns should be about as large as what it gets, whatever
    its number of inputs; all usual initializers see to that (the variance
    times the inputs is 1 to 2). Normal numbers of unit size for a layer of
    hundreds of inputs make numbers dozens of times larger in each layer:
    units saturate, the loss starts in the hundreds.

    Fires for weights that were not trained yet and that no normalization
    follows, and only where something comes of it: a layer multiplies the
    scale by more than 3, and units are saturated (sigmoid, tanh, gates of
    recurrent cells), or the last layer ends up 10 times above the scale of
    its inputs; or layers divide it by more than 5 each, and less than a
    thousandth is left. Heuristic.
    """
    starts = fresh(facts)
    loud = [s for s in starts if s.gain >= large]
    flat = {
        s.layer: s.flat
        for s in facts.squashing
        if s.flat > saturated and s.layer in {one.layer for one in loud}
    }
    entry = max((s.scale_in for s in starts[:1]), default=0.0)
    ends = [s for s in starts if s.last]
    above = [s for s in ends if s.scale_out > out * max(entry, 1.0)]
    cells = [s for s in loud if s.recurrent]
    if loud and (flat or above or cells):
        yield too_large(loud, flat, above)
    quiet = [s for s in starts if 0 < s.gain < small and not s.depthwise]
    left = [
        s for s in ends if entry and 0 < s.scale_out < gone * min(entry, 1.0)
    ]
    if len(quiet) > 1 and left:
        least = min(quiet, key=lambda s: s.gain)
        yield warning(
            f"layer {least.layer!r}",
            f"The weights of layer {least.layer!r} start with a standard "
            f"deviation of {number(least.std)}: each of {len(quiet)} layers "
            "makes numbers more than 5 times smaller, and only "
            f"{number(left[0].scale_out)} is left of {number(entry)} at the "
            "end.",
            DEFAULT,
            std=least.std,
            layers=[s.layer for s in quiet],
            gains={s.layer: s.gain for s in quiet},
            start=entry,
            end=left[0].scale_out,
            limit=1 / small,
        )


def fresh(facts) -> list:
    """The weights that were not trained yet, and that nothing normalizes.

    Raises:
        Unavailable: if the model has been trained already.
    """
    optimizer = facts.model.optimizer
    if optimizer is not None and optimizer.iterations:
        raise Unavailable("the model has been trained before")
    return [
        s
        for s in facts.starting_weights
        if s.untouched and not s.normalized and s.std + abs(s.mean) > 0
    ]


def too_large(loud, flat, above) -> dict:
    """What is said of weights that start too large."""
    worst = max(loud, key=lambda s: s.gain)
    told = {
        "std": worst.std,
        "mean": worst.mean,
        "inputs": worst.inputs,
        "gain": worst.gain,
        "gains": {s.layer: s.gain for s in loud},
    }
    comes = ""
    if flat:
        layer = next(iter(flat))
        comes = (
            f", and {percent(flat[layer])} of the numbers of layer {layer!r} "
            "are saturated"
        )
        told["saturated"] = flat
    elif above:
        comes = (
            f", and the last layer starts at {number(above[0].scale_out)} "
            f"(about 1 is expected)"
        )
        told["end"] = above[0].scale_out
    return warning(
        f"layer {worst.layer!r}",
        f"The weights of layer {worst.layer!r} start with a mean of "
        f"{number(worst.mean)} and a standard deviation of "
        f"{number(worst.std)} for {worst.inputs} inputs: it returns numbers "
        f"{number(worst.gain)} times larger than it gets{comes}.",
        DEFAULT,
        **told,
    )
