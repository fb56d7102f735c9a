"""Diagnoses of what stands between layers: nothing, or the wrong thing."""

from keras_troubleshoot.rules.references import ACTIVATIONS
from keras_troubleshoot.rules.registry import advice
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import suspicion
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.symptoms import STUCK
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import listed
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent

PLAIN = ("Dense", "EinsumDense", "Conv1D", "Conv2D", "Conv3D")


@rule(
    "missing-nonlinearity",
    "layers in a row with no activation between them",
    reference=ACTIVATIONS,
    family="architecture",
    explains=STUCK + " high-bias model-too-small too-few-epochs "
    "learning-rate-too-low",
)
def missing_nonlinearity(facts, most=6):
    """Layers follow on each other without anything nonlinear between.

    Two linear layers in a row can do what one can, and no more: the network
    as a whole draws straight lines. Told from the operations that really
    run, so that an activation counts wherever it stands.

    A warning where no activation, product or attention stands between any
    weights of the model, and a layer is too wide to serve as a bottleneck:
    its weights add nothing. Else a suspicion, for Dense and Conv layers
    whose result goes only into the next one. Narrow layers are left alone
    (linear codes, low rank, the bottlenecks of MobileNet).
    """
    seen = facts.linearity
    idle = [
        link
        for link in seen.links
        if not link.narrow and not link.source_class.startswith("Depthwise")
    ]
    acts = {"activation", "product"} & set(seen.between)
    told = {
        "layers": list(seen.layers),
        "pairs": [[k.source, k.target] for k in idle[:most]],
        "between": {k: list(v) for k, v in seen.between.items()},
    }
    mend = (
        "Give hidden layers an activation: `keras.layers.Dense(units, "
        "activation='relu')`, or an `Activation` layer after them."
    )
    if idle and not acts:
        others = [kind for kind in seen.between]
        rest = f" (only {listed(others)})" if others else ""
        yield warning(
            f"layer {idle[0].source!r}",
            "No activation stands between any of the "
            f"{counted(len(seen.layers), 'layer')} with weights{rest}: "
            f"layer {idle[0].source!r} goes into {idle[0].target!r} as it is, "
            "and together they can do what one linear layer can.",
            mend,
            **told,
        )
        return
    if not acts and seen.links:
        link = seen.links[0]
        yield advice(
            f"layer {link.source!r}",
            "No activation stands between the layers with weights; layer "
            f"{link.source!r} (width {link.width}) restricts what the next "
            "one gets, so this may be meant, as in a linear autoencoder.",
            mend,
            width=link.width,
            **told,
        )
        return
    alone = [
        link
        for link in idle
        if link.alone
        and link.source_class in PLAIN
        and link.target_class in PLAIN
    ]
    if alone:
        names = [link.source for link in alone[:most]]
        yield suspicion(
            f"layer {names[0]!r}",
            f"{counted(len(alone), 'layer')} without activation "
            f"({listed(names)}) directly before another layer with weights: "
            "the two can do what one can.",
            mend,
            count=len(alone),
            names=names,
            **told,
        )


@rule(
    "softmax-in-hidden-layer",
    "softmax between hidden layers",
    reference=ACTIVATIONS,
    family="architecture",
    explains=STUCK + " vanishing-gradients high-bias learning-rate-too-low "
    "too-few-epochs saturating-hidden-activation predictions-constant",
)
def softmax_in_hidden_layer(facts):
    """A hidden layer ends in a softmax.

    Its units then share a sum of one: wide layers give numbers of 1/n, all
    alike, and hardly any gradient comes through. Attention, gates and
    mixtures multiply what a softmax gives with something else, and are left
    alone. So is a class estimate that is an output as well. Where it is
    narrower than what is before and after it, it may be a code of classes:
    a suspicion only.
    """
    for one in facts.squashing:
        if one.kind != "softmax" or one.shown or one.own:
            continue
        code = one.units < min(one.before, one.widest)
        say = suspicion if code else warning
        yield say(
            f"layer {one.layer!r}",
            f"The {one.units} hidden units of layer {one.layer!r} go through "
            "a softmax: they share a sum of 1, about "
            f"{number(1 / one.units)} each, and so go into layer "
            f"{one.targets[0]!r}.",
            "Take `activation='relu'` for hidden layers; softmax is for the "
            "probabilities of classes that a model returns.",
            units=one.units,
            share=1 / one.units,
            targets=list(one.targets),
        )


@rule(
    "saturating-hidden-activation",
    "sigmoid or tanh between hidden layers",
    reference=ACTIVATIONS,
    family="architecture",
    explains=STUCK + " vanishing-gradients saturated-activations",
)
def saturating_hidden_activation(facts, deep=3, weak=0.02, many=0.6):
    """Hidden layers go through sigmoid or tanh, one after the other.

    The slope of a sigmoid is at most a quarter: each layer takes most of
    the gradient away, and the first ones hardly learn. One or two of them
    train well, and so do gates and recurrent cells, which are left out.

    A warning for three or more sigmoids in a row, where the gradient of the
    first layer is below a fiftieth of that of the last one (norms). A
    suspicion for fewer sigmoids, or where most units of a tanh layer are
    saturated. Heuristic.
    """
    worst = max(
        (s for s in facts.squashing if s.kind == "sigmoid"),
        key=lambda s: s.depth,
        default=None,
    )
    mend = (
        "Take `activation='relu'` (or 'gelu', 'silu') for hidden layers, or "
        "normalize between them."
    )
    if worst is not None and not worst.shown:
        first, last = ends(facts)
        fades = worst.depth >= deep and first < weak * last
        say = warning if fades else suspicion
        rest = (
            f"; the gradient of the first layer has a norm of {number(first)}"
            f", that of the last one {number(last)}"
            if fades
            else ""
        )
        yield say(
            f"layer {worst.layer!r}",
            f"{counted(worst.depth, 'hidden layer')} in a row "
            f"{'go' if worst.depth > 1 else 'goes'} through a sigmoid{rest}.",
            mend,
            depth=worst.depth,
            first_gradient=first,
            last_gradient=last,
            limit=weak,
        )
        return
    flat = [s for s in facts.squashing if s.flat > many and not s.shown]
    if flat:
        yield suspicion(
            f"layer {flat[0].layer!r}",
            f"{percent(flat[0].flat)} of the hidden numbers of layer "
            f"{flat[0].layer!r} lie where {flat[0].kind} is flat: they hardly "
            "pass on a gradient.",
            mend,
            flat=flat[0].flat,
            limit=many,
        )


def ends(facts) -> tuple[float, float]:
    """Norms of the gradients of the first and of the last weight matrix."""
    step = facts.get("training")
    known = [
        norm
        for path, norm in (step.gradients if step else {}).items()
        if norm is not None and path.endswith("kernel")
    ]
    return (known[0], known[-1]) if len(known) > 1 else (0.0, 0.0)
