"""The error analysis as text."""

import textwrap

from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent

WIDTH = 80
# Types that are told one by one, and that have a line in the table.
TOLD = 5
LISTED = 20
NAME = 33


def text(result) -> str:
    """The whole analysis: the table, and what to do about its first types."""
    lines = [f"{result.title}. {overall(result)}"]
    lines += ["Interrupted: this is what was known by then."] * result.stopped
    if not result.types:
        lines.append(nothing(result))
    else:
        lines += ["", *table(result), "", *explained(result), ""]
        for place, told in enumerate(sentences(result), 1):
            lines += numbered(place, told)
    lines += [part for note in result.notes for part in wrapped(note)]
    return "\n".join(lines)


def overall(result) -> str:
    """The error of each data set."""
    told = [
        f"{amount(error, result.measure)} of {result.rows[name]:,} rows of "
        f"{name}"
        for name, error in result.errors.items()
    ]
    what = result.measure.capitalize()
    return f"{what}: {', '.join(told)}."


def nothing(result) -> str:
    """What is said where there is no type."""
    if not any(result.errors.values()):
        return "There are no errors."
    return "No type of errors stands out: they are spread over the rows."


def amount(value: float | None, measure: str) -> str:
    """An error: in percent where it is a share, else as a number."""
    if value is None:
        return "-"
    return number(value) if measure.startswith("mean") else percent(value)


def table(result) -> list[str]:
    """The types line by line, under a head."""
    names = [*result.errors, "gain", "priority"]
    names = [n.replace("test validation", "test valid.") for n in names[:-1]]
    names = [f"{n:>10}" for n in names]
    lines = ["  ".join([f"{'error type':{NAME}}", *names, "priority"])]
    for one in result.types[:LISTED]:
        first, *rest = textwrap.wrap(f"{one.source}: {one.name}", NAME)
        cells = [one.validation, one.test_validation][: len(result.errors)]
        values = [None if c is None else c.share for c in cells]
        told = [amount(v, result.measure) for v in [*values, one.gain]]
        told = [f"{t:>{len(n)}}" for t, n in zip(told, names, strict=True)]
        line = "  ".join([f"{first:{NAME}}", *told])
        lines += [f"{line}  {one.priority}", *(f"  {part}" for part in rest)]
    more = len(result.types) - LISTED
    return lines + ([f"and {more} more in `.types`"] if more > 0 else [])


def explained(result) -> list[str]:
    """What the columns mean."""
    sets = " and ".join(result.errors)
    whose = "its" if len(result.errors) == 1 else "their"
    return wrapped(
        f"Under {sets} stands how much of {whose} {result.measure} belongs to "
        "the type. Gain: by how much it would fall, at most - of "
        "a tag or a confusion all of it, of other rows what they have more "
        "than the rest. Types overlap: gains do not add up."
    )


def sentences(result) -> list[str]:
    """The first types; solutions are told where they are new."""
    told, known = [], {}
    for place, one in enumerate(result.types[:TOLD], 1):
        first = known.setdefault(one.solutions, place)
        told.append(
            sentence(one, result.measure, first if first < place else 0)
        )
    return told


def sentence(one, measure: str = "error rate", like: int = 0) -> str:
    """All that is known of a type, and what to do about it.

    Args:
        one: the type.
        measure: what the errors are.
        like: the number of another type with the same solutions; 0 for none.
    """
    parts = [f"{one.name} ({one.priority}): {size(one.lead, measure)}"]
    if one.worse:
        parts.append("It is larger in test validation than in validation.")
    if one.p is not None and one.gain <= 0:
        parts.append("It stands out in validation alone.")
    parts.append(one.detail)
    if like:
        parts.append(f"Possible solutions: as for {like}.")
        return " ".join(filter(None, parts))
    parts.append(f"Possible solutions: {'; '.join(one.solutions)}.")
    if one.calls:
        parts.append(f"See `{'`, `'.join(one.calls)}`.")
    return " ".join(filter(None, parts))


def size(lead, measure: str) -> str:
    """How much a type is, and the error of its rows beside the others."""
    what = "error" if measure.startswith("mean") else "errors"
    of = percent(lead.of_errors)
    # A tag may be on wrong rows alone: then their error says nothing.
    if lead.rest is None or lead.wrong == lead.rows:
        return f"{lead.wrong:,} rows, {of} of the {what}."
    return (
        f"{of} of the {what}. {measure.capitalize()} of these {lead.rows:,} "
        f"rows: {amount(lead.rate, measure)}; of the others: "
        f"{amount(lead.rest, measure)}."
    )


def numbered(place: int, told: str) -> list[str]:
    """A numbered paragraph, its lines indented."""
    return textwrap.wrap(
        f"{place}. {told}",
        WIDTH,
        subsequent_indent="   ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def wrapped(told: str) -> list[str]:
    """A paragraph."""
    return textwrap.wrap(
        told, WIDTH, break_long_words=False, break_on_hyphens=False
    )
