"""Diagnoses of shapes: what does not fit, mixes, or is not looked at."""

import re

from keras_troubleshoot.rules.labels import supervised
from keras_troubleshoot.rules.output import STILL
from keras_troubleshoot.rules.registry import advice
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.words import agreeing
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import listed
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent

# Words by which an exception tells that shapes do not fit.
ABOUT_SHAPES = re.compile(
    r"shape|incompatible|dimension|rank|ndim|axis|broadcast|"
    r"size of (the )?input|matrix|same length|structure",
    re.IGNORECASE,
)


@rule(
    "shape-mismatch",
    "shapes that do not fit",
    family="shapes",
    explains="call-failed",
)
def shape_mismatch(facts):
    """The model, or its loss, refuses the shapes that it is given.

    Found by running the model on a few rows: the finding names the layer
    that refused, and what came to it.
    """
    failure = facts.forward.failure
    if failure is not None:
        if ABOUT_SHAPES.search(failure.message):
            yield refused(facts, failure)
        return
    for head in facts.heads:
        known = rank_differs(head) or units_differ(head)
        if head.refused and ABOUT_SHAPES.search(head.refused) and not known:
            shape = ["n", *head.target.values.shape[1:]] if head.target else []
            yield error(
                head.where,
                f"The loss cannot compare an output of shape "
                f"{of_rows(head.shape)} with targets of shape "
                f"{of_rows(shape[1:])}: {head.refused}",
                "Give targets and output one shape.",
                output=["n", *head.shape],
                target=shape,
            )
            return


def refused(facts, failure) -> dict:
    """The finding of a layer that refused its input."""
    name, kind, shapes = (
        failure.layers[-1]
        if failure.layers
        else (facts.model.name, facts.model.class_name, ())
    )
    came = listed(shapes) if shapes else "the data"
    declared = listed(facts.model.input_shapes.values())
    return error(
        f"layer {name!r}",
        f"Layer {name!r} ({kind}) refuses an input of shape {came}: "
        f"{failure.message}",
        reshaped(facts),
        layer=name,
        inputs=[list(map(str, s)) for s in shapes],
        declared=declared,
        message=failure.message,
    )


def reshaped(facts) -> str:
    """How to bring an input into the shape that the model declares."""
    shapes = facts.model.input_shapes.values()
    for array, shape in zip(facts.data.inputs, shapes, strict=False):
        wanted, have = tuple(shape[1:]), array.values.shape[1:]
        if len(wanted) == len(have) and all(
            one in (None, other)
            for one, other in zip(wanted, have, strict=True)
        ):
            continue
        if sorted(wanted, key=str) == sorted(have, key=str):
            order = moved(have, wanted)
            return f"The axes stand in another order: `x.transpose({order})`."
        return (
            f"The model declares inputs of shape {tuple(shape)}, "
            f"{array.name} has rows of shape {have}: change "
            f"`keras.Input({have})` or reshape the data."
        )
    return "Change the data or the layers so that both agree."


def moved(have, wanted) -> list[int]:
    """The order of axes that turns rows of one shape into another.

    Example:
        >>> moved((28, 28, 1), (1, 28, 28))
        [0, 3, 1, 2]
    """
    left = list(enumerate(have, start=1))
    order = [0]
    for size in wanted:
        axis = next(axis for axis, n in left if n == size)
        left.remove((axis, size))
        order.append(axis)
    return order


def rank_differs(head) -> bool:
    """Whether an output has more axes than its targets can meet."""
    if head.target is None or head.loss is None:
        return False
    if head.loss.kind == "custom" and not head.refused:
        return False
    true, made = head.target.values.ndim, head.predictions.ndim
    last = head.target.values.shape[-1] if true > 1 else 0
    if head.loss.kind == "sparse":
        return made - 1 not in (true, true - 1 if last == 1 else true)
    if made == true + 1 and head.units == 1:
        # Keras drops the last axis; what remains has to agree.
        return head.shape[:-1] != head.target.values.shape[1:]
    return made > true + (1 if made == 2 else 0)


def units_differ(head) -> bool:
    """Whether only the last axis of output and target differs."""
    if head.target is None or head.target.values.ndim != head.predictions.ndim:
        return False
    return head.target.values.shape[1:-1] == head.shape[:-1]


@rule(
    "output-rank-mismatch",
    "an output with more axes than the targets",
    family="shapes",
    explains=STILL + " loss-broadcasts shape-mismatch call-failed "
    "output-units-mismatch wrong-loss-for-task labels-misaligned "
    "output-activation-mismatch",
)
def output_rank_mismatch(facts):
    """The output keeps an axis that the targets do not have.

    A Flatten or a pooling layer is missing, or the last recurrent layer
    returns all steps (`return_sequences=True`). The loss then refuses, or
    meets the one target with every step by broadcasting.
    """
    for head in supervised(facts):
        if not rank_differs(head):
            continue
        true = head.target.values.shape[1:]
        recurrent = [
            layer.name
            for layer in facts.model.layers
            if layer.options.get("return_sequences")
        ]
        if head.predictions.ndim == 3 and recurrent:
            mend = (
                f"Take `return_sequences=True` off {recurrent[-1]!r}, or "
                "pool over the steps (`GlobalAveragePooling1D`)."
            )
        else:
            mend = (
                "Put `keras.layers.Flatten()` or a `GlobalAveragePooling` "
                "layer before the last Dense layers."
            )
        yield error(
            head.where,
            f"Predictions have the shape {of_rows(head.shape)}, targets "
            f"{of_rows(true)}: an axis too many.",
            mend,
            output=["n", *head.shape],
            target=["n", *true],
            loss=head.loss.name,
            complaint=head.refused,
        )


@rule(
    "silent-broadcast",
    "tensors inside the model that meet each row with every other",
    family="shapes",
    explains=STILL + " batch-mixing loss-broadcasts output-rank-mismatch "
    "output-units-mismatch shape-mismatch labels-misaligned call-failed",
)
def silent_broadcast(facts):
    """An operation inside the model meets (n, 1) with (n,): n x n values.

    A sum without `keepdims=True`, or an index that drops an axis, is
    typical. Nothing raises, memory grows with the square of the batch, and
    each prediction depends on all rows.
    """
    for operation in facts.crossings[:1]:
        shapes = [tuple(t.shape) for t in operation.inputs]
        rows = facts.runner.rows
        written = [said(shape, rows) for shape in shapes]
        made = said(tuple(operation.outputs[0].shape), rows)
        yield error(
            f"layer {operation.layer!r}" if operation.layer else "the model",
            f"In {operation.layer or 'the model'}, {operation.type} meets "
            f"{' with '.join(written)} and makes {made}: each row with every "
            "other.",
            "Keep the axis: `keepdims=True` in the sum or mean, `x[:, :1]` "
            "instead of `x[:, 0]`, or `keras.ops.expand_dims(x, -1)`.",
            operation=operation.type,
            shapes=written,
            made=made,
        )


def of_rows(shape) -> str:
    """The shape of many rows, of one of which the shape is given.

    Example:
        >>> of_rows((6, 3)), of_rows(())
        ('(n, 6, 3)', '(n,)')
    """
    return said((0, *shape), 0)


def said(shape, rows) -> str:
    """A shape with n for the batch axis.

    Example:
        >>> said((31, 1), 31)
        '(n, 1)'
    """
    inner = ", ".join("n" if n == rows else str(n) for n in shape)
    return f"({inner},)" if len(shape) == 1 else f"({inner})"


@rule(
    "batch-mixing",
    "an example's output depends on other examples",
    family="shapes",
    explains=STILL + " output-activation-mismatch labels-misaligned",
)
def batch_mixing(facts, change=0.01):
    """The prediction of a row changes when other rows of the batch do.

    A reshape that moves the batch axis, a softmax, mean or normalization
    over it, batch statistics in inference. Predictions then depend on what
    happens to be predicted beside them. Tried in inference mode, where
    BatchNormalization does not mix; what is random from call to call is
    left alone.

    Fires where a prediction moves by more than 1% of the spread of all
    predictions.
    """
    seen = facts.mixing
    if not seen.repeats or seen.change < change:
        return
    yield error(
        "the model",
        "The prediction of a row changes when only the other rows of the "
        f"batch do, by {percent(seen.change)} of the spread of all "
        "predictions.",
        "Look for a reshape, transpose, softmax, mean or sum over axis 0, "
        "and for `training=True` in a call of BatchNormalization.",
        change=seen.change,
        limit=change,
    )


@rule(
    "embedding-index-out-of-range",
    "ids that an Embedding does not know",
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
            else "Ids must start at 0: look where the negative ones come "
            "from.",
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
