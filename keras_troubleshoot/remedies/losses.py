"""Remedies of the loss function itself."""

from keras_troubleshoot.facts import keras_internals as internals
from keras_troubleshoot.remedies.outputs import head_of
from keras_troubleshoot.remedies.outputs import pair
from keras_troubleshoot.remedies.outputs import set_loss
from keras_troubleshoot.remedies.registry import NotApplicable
from keras_troubleshoot.remedies.registry import remedy


def own_loss(program, facts, where: str):
    """The loss as it was compiled, and its output."""
    head = head_of(facts, where)
    found = program.compiled["loss"]
    if len(facts.heads) > 1 or not callable(found):
        raise NotApplicable("the loss is no function of its own")
    return head, found


@remedy("turn the sign of the loss", "loss-sign-flipped")
def turn_sign(program, finding, facts):
    """Minimizes the negative of the loss."""
    head, found = own_loss(program, facts, finding.where)

    def turned(y_true, y_pred):
        return -found(y_true, y_pred)

    turned.told = "lambda y_true, y_pred: -loss(y_true, y_pred)"
    set_loss(program, facts, head, turned)


@remedy("average the loss over the batch", "loss-not-averaged")
def average(program, finding, facts):
    """Divides a summed loss by the rows of the batch."""
    import keras

    head = head_of(facts, finding.where)
    found = program.compiled["loss"]
    if isinstance(found, keras.losses.Loss) and hasattr(found, "reduction"):
        config = found.get_config() | {"reduction": "sum_over_batch_size"}
        averaged = type(found).from_config(config)
        averaged.told = f"{type(found).__name__}()"
        set_loss(program, facts, head, averaged)
        return
    head, found = own_loss(program, facts, finding.where)

    def mean(y_true, y_pred):
        rows = keras.ops.cast(keras.ops.shape(y_pred)[0], "float32")
        return keras.ops.sum(found(y_true, y_pred)) / rows

    mean.told = "lambda y_true, y_pred: loss(y_true, y_pred) / rows"
    set_loss(program, facts, head, mean)


@remedy(
    "keep probabilities away from 0 and 1 in the loss",
    "unsafe-operation",
    "non-finite-values",
)
def clip_probabilities(program, finding, facts, epsilon=1e-6):
    """Hands the user's own loss predictions within [epsilon, 1 - epsilon]."""
    import keras

    head, found = own_loss(program, facts, finding.where)
    if head.activation.name not in ("sigmoid", "softmax"):
        raise NotApplicable("the output is no probability")

    def guarded(y_true, y_pred):
        return found(y_true, keras.ops.clip(y_pred, epsilon, 1 - epsilon))

    guarded.told = "loss(y_true, ops.clip(y_pred, 1e-6, 1 - 1e-6))"
    set_loss(program, facts, head, guarded)


@remedy("weight the outputs evenly", "loss-weights-misconfigured")
def even_weights(program, finding, facts):
    """Weights each output by the inverse of its loss at the start."""
    starts = {h.name: h.behaviour.start for h in facts.heads if h.behaviour}
    if len(starts) < 2 or min(starts.values()) <= 0:
        raise NotApplicable("there are no several losses to weigh")
    weights = {name: 1 / start for name, start in starts.items()}
    given = program.compiled["loss"]
    names = internals.output_names(program.model)
    as_dict = isinstance(given, dict)
    program.compiled["loss_weights"] = (
        weights if as_dict else [weights.get(n, 1.0) for n in names]
    )
    told = {name: float(f"{w:.3g}") for name, w in weights.items()}
    program.code.append(f"model.compile(..., loss_weights={told})")


@remedy("watch a metric that suits the targets", "metric-mismatch")
def suit_metrics(program, finding, facts):
    """Replaces metrics by what suits the kind of the target."""
    activation, _ = pair(head_of(facts, ""))
    chosen = ["mae"] if activation == "linear" else ["accuracy"]
    program.compiled["metrics"] = chosen
    program.code.append(f"model.compile(..., metrics={chosen})")
