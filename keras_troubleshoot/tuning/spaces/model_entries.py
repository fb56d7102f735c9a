"""What there is to tune of a compiled model."""

import dataclasses
from typing import Any

from keras_tuner.engine import hyperparameters as types

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import listed
from keras_troubleshoot.tuning.spaces import optimizers
from keras_troubleshoot.tuning.spaces import remaking
from keras_troubleshoot.tuning.spaces import schedules
from keras_troubleshoot.tuning.spaces import sensitivity
from keras_troubleshoot.tuning.spaces import tasks
from keras_troubleshoot.tuning.spaces import widths
from keras_troubleshoot.tuning.spaces.entry import Entry
from keras_troubleshoot.tuning.spaces.entry import entry

NAMES = (
    "learning_rate",
    "schedule",
    "width",
    "weight_decay",
    "dropout",
    "optimizer",
    "momentum",
    "batch_size",
)
# Times the compiled rate, up and down: three decades in all, as many as the
# builders of `kts.models` search (1e-5 to 1e-2). Heuristic.
RATE_SPAN = 10**1.5
WIDTH_SPAN = 4
# Names that are told of one reason.
TOLD = 3


@dataclasses.dataclass(frozen=True)
class Tunable:
    """The hyperparameters of one model.

    Attributes:
        entries: all of them, not ranked.
        kept: what is not tuned, with the reason.
    """

    entries: list[Entry]
    kept: dict[str, str]


def of_model(
    model: Any, names: tuple[str, ...], each: bool, batch_size: int | None
) -> Tunable:
    """What there is to tune of a model.

    Args:
        model: compiled.
        names: among `NAMES`.
        each: whether each layer has a width and a rate of dropout of its own.
        batch_size: the default; None where it is not tuned.
    """
    kept = {
        "loss": "as compiled, so that trials can be compared by it",
        "depth, kernels, activations": "fixed in the model; write a builder "
        "with `hp` to tune them",
    }
    found = []
    for name in NAMES:
        if name not in names:
            continue
        made = MAKERS[name](model, each, batch_size)
        if isinstance(made, str):
            kept[name] = made
        else:
            found += made
    if "width" in names:
        kept |= ties(widths.find(model).tied)
    return Tunable(found, kept)


def rate(model: Any, each: bool, batch_size: Any) -> list[Entry] | str:
    """The learning rate, around the compiled one."""
    own = optimizers.rate(model.optimizer)
    if own is None:
        return "it follows a schedule that is not one of Keras"
    why = "around the compiled one; too high diverges, too low crawls"
    return [entry("learning rate", around("learning_rate", own), why)]


def around(name: str, own: float) -> types.Float:
    """A range of rates around one."""
    return types.Float(
        name, own / RATE_SPAN, own * RATE_SPAN, sampling="log", default=own
    )


def schedule(model: Any, each: bool, batch_size: Any) -> list[Entry] | str:
    """How the rate falls."""
    if optimizers.rate(model.optimizer) is None:
        return "it is one that is not of Keras"
    inner = keras_internals.inner_optimizer(model.optimizer)
    own = keras_internals.schedule(inner)
    names = [schedules.CONSTANT, *schedules.MADE]
    names = names if own is None else [schedules.COMPILED, *names]
    why = "over the steps of the training; a falling rate settles"
    return [entry("schedule", types.Choice("schedule", names), why)]


def width(model: Any, each: bool, batch_size: Any) -> list[Entry] | str:
    """The size of the layers: one factor, or a size for each."""
    free = widths.find(model).free
    if not free:
        return "no layer can change its width alone"
    if each:
        why = "a quarter to four times that of the model"
        return [
            entry("layer size", tasks.size(f"width_{path}", size), why)
            for path, size in free.items()
        ]
    factor = types.Float(
        "width", 1 / WIDTH_SPAN, WIDTH_SPAN, sampling="log", default=1.0
    )
    why = f"times the units or filters of {counted(len(free), 'layer')}"
    return [entry("layer size", factor, f"{why} ({some(free)})")]


def decay(model: Any, each: bool, batch_size: Any) -> list[Entry] | str:
    """The weight decay of the optimizer."""
    inner = keras_internals.inner_optimizer(model.optimizer)
    config = inner.get_config()
    if "weight_decay" not in config:
        return f"{type(inner).__name__} has none"
    own = float(config["weight_decay"] or 0.0)
    held = types.Choice(
        "weight_decay", sorted({*tasks.DECAYS, own}), default=own
    )
    return [entry("regularization", held, "decoupled; times the rate a step")]


def dropout(model: Any, each: bool, batch_size: Any) -> list[Entry] | str:
    """The rates of dropout; layers that share one go on sharing it."""
    groups = dropout_groups(model, each)
    if not groups:
        return "the model has no layer of it"
    why = "the error is flat from 0.2 to 0.6 (Srivastava et al. 2014)"
    return [
        entry(
            "regularization",
            types.Float(name, 0.0, max(tasks.MOST_DROPOUT, own), default=own),
            f"{why}; {some(paths)}",
        )
        for name, (own, paths) in groups.items()
    ]


def dropout_groups(
    model: Any, each: bool
) -> dict[str, tuple[float, list[str]]]:
    """Layers of dropout that share a rate: the rate and their paths.

    Args:
        model: any.
        each: whether none shares it.
    """
    groups: dict[Any, list[str]] = {}
    for path, own in remaking.dropouts(model).items():
        groups.setdefault(path if each else own, []).append(path)
    rates = remaking.dropouts(model)
    one = len(groups) == 1 and not each
    return {
        "dropout" if one else f"dropout_{paths[0]}": (rates[paths[0]], paths)
        for paths in groups.values()
    }


def optimizer(model: Any, each: bool, batch_size: Any) -> list[Entry] | str:
    """Which optimizer."""
    own = optimizers.key(model.optimizer)
    if optimizers.rate(model.optimizer) is None:
        return "its schedule is not one of Keras"
    held = types.Choice("optimizer", [own, *optimizers.others(own)])
    return [entry("optimizer", held, "each with rates of its own")]


def momentum(model: Any, each: bool, batch_size: Any) -> list[Entry] | str:
    """Its momentum."""
    own = optimizers.momentum(model.optimizer)
    if own is None:
        return "the optimizer has none"
    name, value = own
    held = types.Choice(
        "momentum", sorted({0.0, 0.9, 0.99, value}), default=value
    )
    return [entry("optimizer parameters", held, f"`{name}` as compiled")]


def batch(model: Any, each: bool, batch_size: Any) -> list[Entry] | str:
    """The rows of a batch."""
    if batch_size is None:
        return "an argument of `fit`: pass `batch_size=`, the usual one"
    fixed = keras_internals.fixed_batch(model)
    if fixed is not None:
        return f"the model takes batches of {fixed} alone"
    sizes = {2**k * batch_size for k in (-2, -1, 0, 1, 2)}
    held = types.Choice(
        "batch_size",
        sorted({max(1, int(size)) for size in sizes}),
        default=batch_size,
    )
    return [entry("batch size", held, "mostly speed; of the arrays of `fit`")]


MAKERS = {
    "learning_rate": rate,
    "schedule": schedule,
    "width": width,
    "weight_decay": decay,
    "dropout": dropout,
    "optimizer": optimizer,
    "momentum": momentum,
    "batch_size": batch,
}


def conditioned(entries: tuple[Entry, ...], model: Any) -> tuple[Entry, ...]:
    """The entries with a rate for each family of optimizers, if one is tuned.

    What is a good rate for Adam is none for SGD: each family has its own
    range, which is tuned where one of the family was chosen (Choi et al.,
    "On Empirical Comparisons of Optimizers", 2019).
    """
    names = {one.name: one.parameter for one in entries}
    if not {"optimizer", "learning_rate"} <= set(names):
        return entries
    import keras_tuner

    own, hp = optimizers.key(model.optimizer), keras_tuner.HyperParameters()
    choices = names["optimizer"].values
    hp.Choice("optimizer", choices)
    made = []
    for of in dict.fromkeys(map(optimizers.family, choices)):
        members = [c for c in choices if optimizers.family(c) == of]
        same = of == optimizers.family(own)
        first = optimizers.rate(model.optimizer) if same else None
        held = around(
            optimizers.rate_name(members[0], own),
            first or optimizers.usual(members[-1]),
        )
        with hp.conditional_scope("optimizer", members):
            hp.Float(
                held.name,
                held.min_value,
                held.max_value,
                sampling="log",
                default=held.default,
            )
        why = "around the compiled one" if same else "around the usual one"
        kind = sensitivity.BY_NAME["learning rate"]
        made.append(Entry(kind, hp.space[-1], why))
    rest = [one for one in entries if one.name != "learning_rate"]
    return (*made, *rest)


def ties(tied: dict[str, str]) -> dict[str, str]:
    """Layers that keep their width, by the reason."""
    groups: dict[str, list[str]] = {}
    for path, why in tied.items():
        groups.setdefault(why, []).append(path)
    return {f"width of {some(paths)}": why for why, paths in groups.items()}


def some(names: Any) -> str:
    """The first of some names."""
    names = list(names)
    more = len(names) - TOLD
    told = listed(names[:TOLD])
    return f"{told} and {more} more" if more > 0 else told
