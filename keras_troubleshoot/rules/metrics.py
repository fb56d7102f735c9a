"""Diagnoses of metrics, and of losses beside them."""

import numpy as np

from keras_troubleshoot.facts.targets import Target
from keras_troubleshoot.report.finding import Kind
from keras_troubleshoot.rules.heads import activation
from keras_troubleshoot.rules.heads import supervised
from keras_troubleshoot.rules.references import COMPILE
from keras_troubleshoot.rules.registry import advice
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent


@rule(
    "metric-mismatch",
    "a metric that does not measure the task",
    reference=COMPILE,
    family="loss",
    explains="loss-metric-disagree",
)
def metric_mismatch(facts):
    """A metric measures something else than what is learned.

    Accuracy counts exact hits, of which a regression has none; a threshold
    of 0.5 on logits calls everything below it negative, although a logit of
    0 is already a probability of one half; binary accuracy of one-hot rows
    counts mostly zeros. What heeds the metric (early stopping, a
    checkpoint) is led astray with it.
    """
    for head in supervised(facts):
        for metric in head.metrics:
            found = mismeasured(head, metric)
            if found:
                summary, fix = found
                yield warning(
                    f"metric {metric.name!r}",
                    summary,
                    fix,
                    metric=metric.class_name,
                    loss=head.loss.name,
                    target=head.kind.value,
                    units=head.units,
                    different=len(head.target.distinct),
                    activation=activation(head),
                    threshold=metric.threshold,
                )


OF_PROBABILITIES = ("AUC", "Precision", "Recall", "BinaryIoU")


def mismeasured(head, metric):
    """Why a metric does not fit an output, and the mend; or None."""
    return (
        of_regression(head, metric)
        or of_logits(head, metric)
        or of_encoding(head, metric)
    )


def of_regression(head, metric):
    """Accuracy, where a number is to be predicted."""
    accuracy = metric.class_name.endswith("Accuracy")
    if not accuracy or head.loss.kind != "regression":
        return None
    if head.kind in (Target.REAL, Target.SHARES) and single(head):
        return (
            f"Accuracy counts predictions that hit the target exactly; "
            f"{head.target.name} holds real numbers.",
            'Measure `metrics=["mae"]` or `keras.metrics.R2Score()`.',
        )
    linear = head.units == 1 and head.activation.name == "linear"
    if linear and head.kind is Target.CLASSES:
        return (
            f"Accuracy of one linear unit counts whether it exceeds 0.5; "
            f"{head.target.name} holds {len(head.target.distinct)} grades.",
            'Measure `metrics=["mae"]`; or predict classes, with one unit '
            "for each and a cross-entropy.",
        )
    return None


def of_logits(head, metric):
    """A metric of probabilities, where the output is a logit."""
    logits = head.loss.from_logits is True and activation(head) == "linear"
    if not logits or head.loss.kind != "binary":
        return None
    if metric.class_name == "BinaryAccuracy" and metric.threshold == 0.5:
        return (
            "The output is a logit, but the metric cuts it at 0.5; a "
            "probability of one half is a logit of 0.",
            "`keras.metrics.BinaryAccuracy(threshold=0)`.",
        )
    cut = metric.threshold in (None, 0.5) and not metric.from_logits
    if metric.class_name in OF_PROBABILITIES and cut:
        return (
            f"The output is a logit, but {metric.name} takes probabilities "
            "from 0 to 1.",
            "End with a sigmoid and `from_logits=False`; `keras.metrics.AUC("
            "from_logits=True)` takes logits, `Precision(thresholds=0)` "
            "too.",
        )
    return None


def of_encoding(head, metric):
    """An accuracy that is made for labels in another form."""
    name, kind = metric.class_name, head.loss.kind
    if name == "BinaryAccuracy" and head.units > 1 and kind == "sparse":
        return (
            f"Binary accuracy compares the class id itself with each of "
            f"{head.units} probabilities.",
            '`metrics=["accuracy"]` counts rows.',
        )
    one_hot = head.kind is Target.ONE_HOT and head.units > 1
    if name == "BinaryAccuracy" and one_hot and kind == "categorical":
        if head.units == 2:
            return None
        return (
            f"Binary accuracy counts each of {head.units} entries of a "
            f"one-hot row: always {percent(1 - 2 / head.units)} or more.",
            '`metrics=["accuracy"]` counts rows.',
        )
    if name == "CategoricalAccuracy" and kind == "sparse":
        return (
            f"Categorical accuracy takes one-hot rows, but "
            f"{head.target.name} holds class ids.",
            '`metrics=["accuracy"]` or '
            "`keras.metrics.SparseCategoricalAccuracy()`.",
        )
    if name == "SparseCategoricalAccuracy" and one_hot:
        return (
            f"Sparse categorical accuracy takes class ids, but "
            f"{head.target.name} holds one-hot rows.",
            '`metrics=["accuracy"]`.',
        )
    return None


def single(head) -> bool:
    """Whether a row has few targets: no pictures."""
    return head.target.features <= 16 and not head.target.spatial


@rule(
    "initial-loss-unexpected",
    "the first loss is far from that of an uninformed guess",
    family="loss",
    kind=Kind.SYMPTOM,
)
def initial_loss_unexpected(facts, times=30.0):
    """The untrained loss is far above that of a guess without knowledge.

    Of k classes a guess costs log k. Much more means that the untrained
    network is sure of something: inputs, weights or logits are far too
    large, or the loss is given something else than it expects.

    Above 30 times it is a warning, above 5 times advice: after batch
    normalization or with inputs of several deviations healthy networks
    start there too.
    """
    heads = supervised(facts)
    step = facts.training
    if len(heads) != 1 or step.loss is None:
        return
    head = heads[0]
    classes = {"binary": 2, "sparse": head.units, "categorical": head.units}
    count = classes.get(head.loss.kind, 0)
    if count < 2 or head.loss.reduction == "sum":
        return
    expected, seen = float(np.log(count)), step.loss - step.penalty
    if not np.isfinite(seen) or seen < 5 * expected:
        return
    say = warning if seen > times * expected else advice
    layer, spread = loudest(facts.get("layers") or ())
    yield say(
        head.where,
        f"Before training the loss is {number(seen)}; a guess among {count} "
        f"classes costs {number(expected)}."
        + (
            f" The outputs of layer {layer!r} have a standard deviation of "
            f"{number(spread)}."
            if layer
            else ""
        ),
        "Look at the scale of the inputs and of the initial weights, and at "
        "what the loss expects.",
        loss=seen,
        expected=expected,
        classes=count,
        widest_layer=layer,
        widest_std=spread,
    )


def loudest(layers) -> tuple[str, float]:
    """The layer whose outputs spread most in training mode, and how far."""
    ran = [layer for layer in layers if layer.training is not None]
    if not ran:
        return "", 0.0
    widest = max(ran, key=lambda layer: layer.training.std)
    return widest.layer, widest.training.std


@rule(
    "loss-metric-disagree",
    "the loss falls, the metric stays at chance",
    family="loss",
    kind=Kind.SYMPTOM,
)
def loss_metric_disagree(facts, fall=0.3, close=0.02):
    """The loss falls while the accuracy stays where a guess would be.

    Loss and metric then look at different things: an output that is always
    1, a threshold on logits, labels in another encoding.
    """
    history, heads = facts.history, supervised(facts)
    if len(heads) != 1 or len(history.loss) < 3:
        return
    head, loss = heads[0], history.loss
    if head.kind not in (Target.BINARY, Target.CLASSES, Target.ONE_HOT):
        return
    if head.target.features > 1 and head.target.values.ndim > 2:
        return
    if not np.isfinite(loss).all() or loss[-1] > (1 - fall) * loss[0]:
        return
    labels = head.target.labels()
    share = np.unique(labels, return_counts=True)[1].max() / len(labels)
    for name, values in history.epochs.items():
        if "accuracy" not in name and name != "acc" or "val_" in name:
            continue
        best = float(np.max(values))
        if best > share + close or share > 0.9:
            continue
        yield warning(
            f"metric {name!r}",
            f"The loss fell from {number(loss[0])} to {number(loss[-1])}, but "
            f"{name} never exceeded {percent(best)}; always naming the most "
            f"frequent class gives {percent(share)}.",
            "Compare a few predictions with their labels by hand: what does "
            "the metric make of them?",
            loss=loss.tolist(),
            metric=list(map(float, values)),
            majority=float(share),
        )
