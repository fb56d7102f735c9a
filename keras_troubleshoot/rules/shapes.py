"""Diagnoses of shapes: what does not fit, or meets by broadcasting."""

import re

from keras_troubleshoot.rules.heads import supervised
from keras_troubleshoot.rules.registry import advice
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.symptoms import STILL
from keras_troubleshoot.rules.words import listed
from keras_troubleshoot.rules.words import percent

# Words by which an exception tells that shapes do not fit.
ABOUT_SHAPES = re.compile(
    r"shape|incompatible(?! type)|dimension|rank|ndim|axis|broadcast|"
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
    true, made = head.target.values.shape[1:], head.shape
    if head.loss.kind == "sparse":
        # One id for each place; a last axis of one holds it as well.
        ids = true[:-1] if true[-1:] == (1,) else true
        return true != made[:-1] and len(made) - 1 > len(ids)
    if len(made) == len(true) + 1 and head.units == 1:
        # Keras drops the last axis; one target then meets every place.
        return true == (1,) and made[:-1] != true
    return len(made) > len(true) + (1 if len(made) == 1 else 0)


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
    predictions. Without targets it is advice: losses that compare the rows of
    a batch with each other are meant to.
    """
    seen = facts.mixing
    if not seen.repeats or seen.change < change:
        return
    say = error if facts.data.targets else advice
    yield say(
        "the model",
        "The prediction of a row changes when only the other rows of the "
        f"batch do, by {percent(seen.change)} of the spread of all "
        "predictions.",
        "Look for a reshape, transpose, softmax, mean or sum over axis 0, "
        "and for `training=True` in a call of BatchNormalization.",
        change=seen.change,
        limit=change,
    )
