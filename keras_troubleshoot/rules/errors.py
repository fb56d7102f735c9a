"""The diagnosis of a `fit` that raised."""

import re

from keras_troubleshoot.rules.references import COMPILE
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import rule

# What an exception says, in words that tell how to mend it.
KNOWN = (
    (
        r"dtype='string' is not a valid dtype",
        "A string came where a number was expected: the third argument of "
        "`compile` is `loss_weights`.",
        'Name the argument: `compile(optimizer, loss, metrics=["accuracy"])`.',
    ),
    (
        r"must call `compile\(\)`|must be compiled",
        "The model was not compiled.",
        "Call `model.compile(optimizer, loss)` before `fit`.",
    ),
    (
        r"No gradients provided|No loss to compute|no loss|loss.*is None",
        "There is no loss to minimize.",
        "Give `compile` a loss, or add one with `add_loss`.",
    ),
    (
        r"Invalid dtype: object|Unsupported object type|"
        r"could not convert string|Failed to convert a NumPy array",
        "The data hold objects or text, not numbers.",
        "Turn text into numbers column by column, then `.astype('float32')`.",
    ),
    (
        r"\bOOM\b|out of memory|ResourceExhausted",
        "The device has run out of memory.",
        "Halve the batch size, or make the largest layer smaller.",
    ),
    (
        r"can't be found in either the model's output|"
        r"different structures|keys .* in loss dict",
        "Outputs, targets and losses do not go by the same names.",
        "Give one target and one loss for each output: `y` and `loss` as "
        "dictionaries with the names of the outputs.",
    ),
    (
        r"`validation_split` is only supported",
        "`validation_split` cuts rows off arrays; a stream has none to cut.",
        "Split the data yourself, `dataset.take(n)` and `dataset.skip(n)`, and "
        "pass `validation_data`.",
    ),
    (
        r"Unrecognized data type",
        "The data are of a kind that `fit` does not take.",
        "Pass NumPy arrays: `np.asarray(x)`, with rows of equal length.",
    ),
    (
        r"unhashable|unexpected keyword argument",
        "A call was given an argument that it does not take.",
        "Look the arguments up in the documentation of the version in use.",
    ),
)


@rule(
    "call-failed",
    "`fit` raised an exception",
    reference=COMPILE,
    family="errors",
)
def call_failed(facts):
    """`fit` ended with an exception.

    Says in one sentence what was raised and in which layer, and how to mend
    it where that is known. Another diagnosis that explains the exception
    takes its place.
    """
    raised = facts.raised
    if raised is None:
        return
    message, kind = raised.message, type(raised.error).__name__
    layer = raised.layers[-1][0] if raised.layers else ""
    what, mend = recognized(f"{kind} {message}")
    place = raised.place
    if place:
        what += f" It came from {place}."
    yield error(
        f"layer {layer!r}" if layer else "fit",
        f"{what} It says: {message}",
        mend,
        raised_at=place,
        exception=kind,
        message=message,
        layer=layer,
    )


def recognized(text: str) -> tuple[str, str]:
    """What a known exception means, and how to mend it."""
    for pattern, what, mend in KNOWN:
        if re.search(pattern, text, re.IGNORECASE):
            return what, mend
    kind = text.split(" ")[0]
    return (
        f"`fit` raised {kind}.",
        "Mend what the message names; the call stack shows where.",
    )
