"""Diagnoses of dependence: ids, inputs, padding, later steps."""

from keras_troubleshoot.rules.references import EMBEDDING
from keras_troubleshoot.rules.references import MASKING
from keras_troubleshoot.rules.registry import advice
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.symptoms import STILL
from keras_troubleshoot.rules.words import agreeing
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import listed
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent


@rule(
    "embedding-index-out-of-range",
    "ids that an Embedding does not know",
    reference=EMBEDDING,
    family="shapes",
    explains="call-failed shape-mismatch non-finite-values " + STILL,
)
def embedding_index_out_of_range(facts):
    """An Embedding is asked for ids beyond its table.

    On a CPU this raises; compiled by XLA, as on a GPU, the lookup is
    silently moved to the last row or comes out as NaN or zero, and the loss
    looks normal.
    """
    for lookup in facts.lookups:
        if lookup.low >= 0 and lookup.high < lookup.rows:
            continue
        source = f" (input {lookup.source})" if lookup.source else ""
        yield error(
            f"layer {lookup.layer!r}",
            f"Embedding {lookup.layer!r} has {lookup.rows} rows, for ids 0 "
            f"to {lookup.rows - 1}, but is given ids from "
            f"{number(lookup.low)} to {number(lookup.high)}{source}.",
            f"`keras.layers.Embedding({int(lookup.high) + 1}, ...)`: as many "
            "rows as the largest id, plus one (with padding and unknown "
            "words)."
            if lookup.low >= 0
            else "Ids must start at 0: look where the negative ones come from.",
            low=lookup.low,
            high=lookup.high,
            input_dim=lookup.rows,
            source=lookup.source,
        )


CROPPING = (
    "Cropping1D Cropping2D Cropping3D CenterCrop RandomCrop Resizing".split()
)


@rule(
    "input-ignored",
    "an input, or features of one, without any influence",
    family="shapes",
    explains=STILL + " high-bias",
)
def input_ignored(facts, part=0.25, table=64):
    """An input has no influence on any output.

    A variable used twice, a wrong slice, a branch that was built but not
    connected. Tried: rows of the input in another order change no number of
    any output, and no gradient depends on them.

    Of the parts of an input: any feature of a table of up to 64 columns
    that varies, or a quarter of a picture or sequence (layers that crop on
    purpose excepted). Where nothing at all has influence, the output is
    constant, which is another matter.
    """
    seen = facts.influence
    for name in seen.inputs:
        yield error(
            name,
            f"No output depends on {name}: another order of its rows changes "
            "no prediction.",
            "Look where this input goes: a layer applied to the wrong "
            "variable, or a branch left out of the concatenation.",
            input=name,
        )
    arrays = {array.name: array for array in facts.data.inputs}
    for name, silent in seen.features.items():
        array, of = arrays[name], seen.of[name]
        if len(silent) >= of:
            continue
        flat = array.values.ndim == 2 and array.features <= table
        if not flat and (
            len(silent) < part * of or facts.model.of_class(*CROPPING)
        ):
            continue
        if not flat and facts.get("lookups"):
            continue
        yield warning(
            name,
            f"{counted(len(silent), 'feature')} of {of} that vary in {name} "
            f"{agreeing(len(silent), 'has', 'have')} no influence on any "
            f"output (positions "
            f"{listed(silent[:6])}{', ...' if len(silent) > 6 else ''}).",
            "Look for a slice that cuts them off, such as `x[:, :k]` with "
            "too small a k.",
            positions=list(silent[:50]),
            silent=len(silent),
            varying=of,
        )


@rule(
    "mask-ignored",
    "padding changes the output although a mask is given",
    reference=MASKING,
    family="shapes",
    explains=STILL + " high-bias",
)
def mask_ignored(facts, change=0.05):
    """Padding takes part in the prediction although a mask marks it.

    A layer that does not know masks takes the mean or maximum over padding
    too, so that short sequences look unlike long ones.

    Tried by changing what the masking layer makes of padding alone. Warns
    where a layer that was given the mask takes the steps together without
    it and predictions move by over 5% of their spread; where the mask got
    lost on another way it is advice, since attention and weights for each
    position can learn to leave padding out.
    """
    seen = facts.masking
    if seen is None or seen.change < change or seen.padded < 0.01:
        return
    say = warning if seen.loser and seen.pools else advice
    place = f"layer {seen.loser!r}" if seen.loser else "the model"
    yield say(
        place,
        f"{percent(seen.padded)} of the steps are padding, marked by the mask "
        f"of {seen.maker!r}, but changing padding alone moves predictions by "
        f"{percent(seen.change)} of their spread: {place} does not heed the "
        "mask.",
        "Take a layer that knows masks (`GlobalAveragePooling1D`, `LSTM`, "
        "`MultiHeadAttention`), or let your own `call(self, x, mask=None)` "
        "weigh the steps by it.",
        padded=seen.padded,
        change=seen.change,
        layer=seen.loser,
        mask_from=seen.maker,
    )


@rule(
    "causality-violated",
    "an output that depends on later inputs",
    family="shapes",
    explains="overfitting worse-than-baseline",
)
def causality_violated(facts, change=1e-3):
    """A model that predicts the next step can see it.

    The targets are the inputs moved by one step, and the output of earlier
    steps changes when only the last input does: through a Bidirectional
    layer, attention without `use_causal_mask=True`, or a convolution
    without `padding="causal"`. The loss becomes wonderfully low, and the
    model useless.
    """
    seen = facts.causality
    if seen is None or seen.leak < change:
        return
    yield error(
        "the model",
        f"The targets are {seen.input} one step later, and earlier "
        f"predictions change by {percent(seen.leak)} of their spread when "
        "only the last step of the input does: the model sees what it is to "
        "predict.",
        'Use `use_causal_mask=True` in attention, `padding="causal"` in '
        "Conv1D, and no Bidirectional layer.",
        leak=seen.leak,
        agreement=seen.agreement,
    )
