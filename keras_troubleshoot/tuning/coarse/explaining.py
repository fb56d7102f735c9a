"""A coarse-to-fine search in words."""

from collections.abc import Mapping
from collections.abc import Sequence

from keras_troubleshoot.tuning.coarse.round import Round
from keras_troubleshoot.tuning.coarse.span import Span
from keras_troubleshoot.tuning.coarse.span import ends
from keras_troubleshoot.tuning.coarse.span import word
from keras_troubleshoot.tuning.embedding.embedding import titles
from keras_troubleshoot.tuning.embedding.scale import HyperParameter


def explain(
    rounds: Sequence[Round],
    space: Sequence[HyperParameter],
    warnings: Sequence[str],
) -> str:
    """All rounds, then the boundaries that warn."""
    if not rounds:
        return "No round has started."
    lines = [line for r in rounds for line in r.lines(space)]
    return "\n".join([*lines, *warnings])


def warn(
    space: Sequence[HyperParameter], spans: Mapping[str, Span]
) -> list[str]:
    """One sentence for each end of the search space at which the best lie."""
    return [
        warning(hp, title, edge)
        for hp, title in zip(space, titles(space), strict=True)
        if title in spans
        for edge in spans[title].edges
    ]


def warning(hp: HyperParameter, title: str, edge: str) -> str:
    """That the search space may be too small."""
    lower, upper = ends(hp, Span())
    value, beyond = (lower, "below") if edge == "lower" else (upper, "above")
    return (
        f"`{title}`: the best trials lie at the {edge} end of the search "
        f"space, {word(value)}; better ones may lie {beyond} it. To mend it, "
        f"widen the {type(hp).__name__} there."
    )
