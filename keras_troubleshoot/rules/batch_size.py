"""Diagnoses of the batch size."""

from keras_troubleshoot.rules import learning
from keras_troubleshoot.rules import reach
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import suspicion
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.symptoms import STUCK
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import number


@rule(
    "batch-size-unsuitable",
    "a batch size that leaves too little to learn from",
    family="optimization",
    explains=f"{STUCK} loss-oscillating too-few-epochs "
    "batch-normalization-statistics",
)
def batch_size_unsuitable(facts):
    """The batches are too large for the data, or too small for the model.

    Batches as large as the data make one update in an epoch: with few
    epochs nothing is learned. BatchNormalization of vectors compares the
    rows of a batch: of one row nothing is left, of two only which is
    larger. Single rows make noisy gradients, with which plain gradient
    descent needs a small rate.
    """
    yield from too_large(facts)
    yield from too_small(facts)


def too_large(facts, few=100, hardly=12, usual=32):
    """So few updates that smaller batches would make many more."""
    length, optimizer = facts.length, facts.model.optimizer
    if length.total is None or length.chosen or not length.rows:
        return
    count = reach.updates(optimizer, length.total) if optimizer else 0
    better = length.epochs * -(-length.rows // usual)
    crowded = length.steps <= 4 and better >= 5 * count
    if not crowded or not 0 < count < few or facts.get("fresh") is False:
        return
    hopeless = count < hardly and sum(facts.model.sizes.values()) > 1000
    say = warning if hopeless or learning.stuck(facts) else suspicion
    yield say(
        "batch_size",
        f"Batches of {counted(length.batch, 'row')} make "
        f"{counted(length.steps, 'step')} of {length.rows} rows: "
        f"{counted(count, 'update')} in {counted(length.epochs, 'epoch')}; "
        f"batches of {usual} would make {better}.",
        f"`batch_size={usual}`, or many more epochs.",
        batch=length.batch,
        rows=length.rows,
        steps=length.steps,
        epochs=length.epochs,
        updates=count,
        usual=usual,
        better=better,
    )


def too_small(facts, loud=0.05):
    """Batches of one or two rows."""
    length, model = facts.length, facts.model
    if length.batch > 2 or (length.rows or 9) <= length.batch:
        return
    normalized = [
        layer
        for layer in model.of_class("BatchNormalization")
        if layer.trainable
    ]
    if normalized:
        vectors = [x for x in normalized if x.options.get("axes") == 2]
        say = warning if vectors else suspicion
        layer = (vectors or normalized)[0]
        left = "which of two rows is larger" if length.batch > 1 else "nothing"
        yield say(
            f"layer {layer.name!r}",
            f"BatchNormalization {layer.name!r} compares the rows of a batch, "
            f"and a batch has {counted(length.batch, 'row')}"
            + (f": {left} remains of a vector." if vectors else "."),
            "`batch_size=32`, or LayerNormalization, which looks at one row.",
            batch=length.batch,
            layers=[x.name for x in normalized],
        )
        return
    optimizer = model.optimizer
    if optimizer is None or optimizer.class_name != "SGD" or optimizer.clipped:
        return
    rate = (optimizer.learning_rate or 0) / (1 - min(optimizer.momentum, 0.999))
    if rate > loud and length.batch == 1:
        yield suspicion(
            "batch_size",
            f"Each step follows the gradient of 1 row, with a rate of "
            f"{number(rate)}: the noise may drown what is learned.",
            "`batch_size=32`, or a tenth of the rate.",
            batch=1,
            rate=rate,
            limit=loud,
        )
