"""An error decomposition as text, and as a part of the report."""

from typing import Any

from keras_troubleshoot.report.figure import Figure
from keras_troubleshoot.report.printable import aligned

WORDS = {
    "irreducible": "irreducible error",
    "train": "training error",
    "validation": "validation error",
    "test_validation": "test validation error",
    "test": "test error",
}


def text(found: Any) -> str:
    """The sum in a sentence, the table and the notes.

    Args:
        found: an `error_terms.ErrorDecomposition`.
    """
    lines = [summary(found), "", *lined(columns(found), cells(found))]
    notes = [*held(found), *found.notes]
    return "\n".join([*lines, *([""] * bool(notes)), *notes])


def held(found: Any) -> list[str]:
    """Sentences on terms that hold more than one."""
    return [
        f"{t.label.capitalize()} stands for {t.merged}."
        for t in found.details
        if t.merged
    ]


def summary(found: Any) -> str:
    """The formula with its numbers, and which term is the largest."""
    *_, last = found.errors
    steps = [f"{t.label} {shown(found, t.value)}" for t in found.details]
    if found.irreducible is not None:
        base = f"{WORDS['irreducible']} {shown(found, found.irreducible)}"
        steps.insert(0, base)
    total = f"{WORDS[last].capitalize()} {shown(found, found.errors[last])}"
    most = found.largest()
    measure = "" if found.measure == "error" else f" ({found.measure})"
    told = f"The largest term is {most.label}, {shown(found, most.value)}"
    told += ", no more than chance can make it" if most.clear is False else ""
    return f"{total}{measure} = {' + '.join(steps)}. {told}."


def columns(found: Any) -> tuple[str, ...]:
    """The names of the columns of the table."""
    level = f"{100 * found.confidence:.3g}% interval"
    return ("part", "rows", "error", level, "term", "adds", "its interval")


def cells(found: Any) -> list[tuple[str, ...]]:
    """A row for each part of the data, with the term that ends there."""
    ended = {term.end: term for term in found.details}
    rows = []
    for part, error in found.errors.items():
        count = found.rows.get(part)
        row = [
            WORDS[part],
            "" if count is None else str(count),
            shown(found, error),
            between(found, found.error_intervals.get(part)),
        ]
        term = ended.get(part)
        if term is None:
            row += ["", "", ""]
        else:
            row += [term.label, shown(found, term.value)]
            row += [between(found, term.interval)]
        rows.append(tuple(row))
    return rows


def lined(names: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    """Rows as lines of text, without columns that are empty."""
    kept = [i for i in range(len(names)) if any(row[i] for row in rows)]
    return aligned([[row[i] for i in kept] for row in [names, *rows]])


def shown(found: Any, value: float) -> str:
    """An error as it is written: a rate in percent.

    Example:
        >>> from keras_troubleshoot.facts import error_terms
        >>> found = error_terms.ErrorDecomposition.from_errors(
        ...     train=0.1, test=0.125, measure="error rate")
        >>> shown(found, 0.125)
        '12.5%'
    """
    if found.measure.endswith("rate"):
        return f"{100 * value:.3g}%"
    return f"{value:.4g}"


def between(found: Any, interval: tuple[float, float] | None) -> str:
    """An interval as it is written; empty where there is none."""
    if interval is None:
        return ""
    low, high = (shown(found, end) for end in interval)
    return f"{low.removesuffix('%')} to {high}"


def page_blocks(found: Any) -> tuple:
    """The figure, the table and the notes."""
    from keras_troubleshoot.report.page import Paragraph
    from keras_troubleshoot.report.page import Table

    table = Table(
        "The error by part of the data", columns(found), tuple(cells(found))
    )
    notes = " ".join([*held(found), *found.notes])
    prose = (Paragraph(notes),) if notes else ()
    return (Paragraph(summary(found)), waterfall(found), table, *prose)


def waterfall(found: Any) -> Figure:
    """From the first known error, term by term, to the last."""
    first, *_, last = found.errors
    steps = [t for t in found.details if t.start is not None]
    scale = 100 if found.measure.endswith("rate") else 1

    def step(value, interval):
        ends = interval or (value, value)
        return tuple(scale * number for number in (value, *ends))

    values = [step(found.errors[first], found.error_intervals.get(first))]
    values += [step(term.value, term.interval) for term in steps]
    values += [step(found.errors[last], found.error_intervals.get(last))]
    return Figure(
        "waterfall",
        "Where the error comes from",
        (WORDS[first], *(term.label for term in steps), WORDS[last]),
        tuple(values),
        found.measure + (", %" if scale == 100 else ""),
    )
