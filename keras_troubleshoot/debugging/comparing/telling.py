"""A comparison of two implementations in words."""

from typing import Any

from keras_troubleshoot.rules.words import agreeing
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent

# Names that are told of a list, at most.
TOLD = 6
WHAT = {
    "outputs": "output",
    "loss": "loss",
    "gradients": "gradient",
    "updates": "update of one optimizer step",
    "statistics": "moving average after one training step",
}


def lines(result: Any) -> list[str]:
    """The summary, line by line."""
    return [
        *(["Interrupted: this is what was known by then."] * result.stopped),
        headline(result),
        *causes(result.differing),
        *before(result),
        *others(result),
        *weights(result),
        *transfers(result),
        *alone(result),
        *result.notes,
    ]


def headline(result: Any) -> str:
    """Whether both agree, and where they come apart first."""
    part = result.differing
    if part is None:
        return same(result)
    first = part.first
    named = place(first)
    if part.name == "outputs":
        told = f"The first difference is in {named}: outputs differ, "
        told += described(first.difference)
    elif part.name == "loss":
        told = f"The outputs agree, the loss differs: {first.relation}"
    else:
        word = WHAT[part.name]
        told = f"The first difference is in the {word} of {named}: "
        told += described(first.difference)
    if first.relation and part.name != "loss":
        told += f"; that of b is that of a {first.relation}"
    return f"{told}."


def place(one: Any) -> str:
    """A layer or a weight with its partner."""
    if one.kind == "model":
        return "the output of the model itself, outside of its layers"
    kind = f" ({one.kind})" if one.kind and "/" not in one.a else ""
    other = f", {one.b!r} in b" if one.b != one.a else ""
    word = "" if "/" in one.a else "layer "
    return f"{word}{one.a!r}{kind}{other}"


def described(difference: Any) -> str:
    """The size of a difference."""
    told = str(difference)
    if difference.shapes or not difference.finite:
        return told
    return f"{told}, where rounding explains {percent(difference.allowed)}"


def same(result: Any) -> str:
    """That nothing differs, with the largest difference there is."""
    compared = result.outputs.compared
    if not compared:
        return "Nothing could be compared: no layers were paired."
    worst = max(compared, key=lambda one: one.difference.relative)
    told = (
        f"Both agree on {counted(result.rows, 'row')}: "
        f"{counted(len(compared), 'output')}"
    )
    for part in result.parts[1:]:
        if part.compared:
            told += f", {counted_of(part)}"
    return (
        f"{told}. The largest difference of outputs is "
        f"{number(worst.difference.max_abs)} "
        f"({number(worst.difference.relative)} of their size), in "
        f"{place(worst)}; {number(worst.difference.excess)} times what "
        "rounding explains at most."
    )


def counted_of(part: Any) -> str:
    """How many of a part were compared."""
    if part.name == "loss":
        return "the loss"
    noun = {
        "gradients": "gradient",
        "updates": "update",
        "statistics": "moving average",
    }[part.name]
    return counted(len(part.compared), noun)


def causes(part: Any) -> list[str]:
    """The likely causes of a part, one a line."""
    if part is None or not part.causes:
        return []
    first, *rest = part.causes
    told = [f"  Likely cause: {first}."]
    return told + [f"  Or: {cause}." for cause in rest[:3]]


def before(result: Any) -> list[str]:
    """What agrees before the first difference."""
    part = result.differing
    if part is None or part.name == "loss":
        return []
    place_of = part.compared.index(part.first)
    agreeing_ones = part.compared[:place_of]
    if not agreeing_ones:
        return []
    largest = max(one.difference.relative for one in agreeing_ones)
    noun = "layer" if part.name == "outputs" else "weight"
    count = counted(len(agreeing_ones), noun)
    verb = agreeing(len(agreeing_ones), "agrees", "agree")
    to = f"to {number(largest)} of their size" if largest else "exactly"
    return [f"  Before it {count} {verb} {to}."]


def others(result: Any) -> list[str]:
    """The other parts that differ."""
    told = []
    for part in result.parts:
        if part is result.differing or not part.compared:
            continue
        if part.same:
            continue
        first = part.first
        if part.name == "loss":
            told.append(f"The loss differs too: {first.relation}.")
        else:
            word = WHAT[part.name]
            count = sum(not one.same for one in part.compared)
            told.append(
                f"Of {counted_of(part)}, {count} "
                f"{agreeing(count, 'differs', 'differ')}, first the {word} "
                f"of {place(first)}: {first.difference}."
            )
        told += causes(part)
    return told


def weights(result: Any) -> list[str]:
    """The weights that differ."""
    found = result.weights
    if not found:
        return []
    named = "; ".join(f"{w.layer}: {w.text}" for w in found[:3])
    more = f"; and {len(found) - 3} more" if len(found) > 3 else ""
    told = f"Weights that differ: {named}{more}."
    if not result.transfers:
        told += " With `transfer_weights=True`, a copy of a gets those of b."
    return [told]


def transfers(result: Any) -> list[str]:
    """What was done with the weights that came over."""
    if not result.transfers:
        return []
    kinds: dict[str, list[str]] = {}
    for one in result.transfers:
        full = f"{one.layer}/{one.weight}"
        kinds.setdefault(one.conversion, []).append(full)
    told = [f"{counted(len(v), 'weight')} {k}" for k, v in kinds.items()]
    return [f"Weights of b were put into a copy of a: {'; '.join(told)}."]


def alone(result: Any) -> list[str]:
    """The layers without a partner."""
    told = []
    for side, names in zip("ab", result.alone, strict=True):
        if names:
            shown = ", ".join(names[:TOLD])
            more = f" and {len(names) - TOLD} more" * (len(names) > TOLD)
            told.append(f"Without a partner in {side}: {shown}{more}.")
    return told
