"""What became of a `CycleGAN`, as blocks of a report's page."""

from typing import Any

import numpy as np

from keras_troubleshoot.improvement.adaptation.cyclegan import grids
from keras_troubleshoot.report.figure import Figure
from keras_troubleshoot.report.page import Block
from keras_troubleshoot.report.page import Example
from keras_troubleshoot.report.page import Gallery
from keras_troubleshoot.report.page import Page
from keras_troubleshoot.report.page import Paragraph
from keras_troubleshoot.rules.words import number

# Grids of the gallery at most: the last, and as many before, evenly spread.
SHOWN = 6
# Pixels that the picture is about wide.
WIDTH = 300
READING = (
    "Each row holds an image of the source, translated, and back; then one of "
    "the target, translated, and back. Look whether an image in the second "
    "column is still of the class of the first: no loss sees that."
)


def blocks(kept: Any) -> tuple[Block, ...]:
    """The grids and the curves of the losses.

    Args:
        kept: a `SampleGrid` that was in a `fit`.
    """
    if not kept.grids:
        return (Paragraph("No epoch has ended yet: there is no grid."),)
    epochs = sorted(kept.grids)
    places = np.linspace(0, len(epochs) - 1, min(SHOWN, len(epochs)))
    chosen = [epochs[int(round(place))] for place in places][::-1]
    shown = tuple(
        Example(f"epoch {epoch}", png=picture(kept.grids[epoch]))
        for epoch in chosen
    )
    gallery = Gallery("Translated, and back", shown)
    curves = figure(kept.losses)
    return (Paragraph(READING), gallery, *([curves] if curves else []))


def picture(grid: np.ndarray) -> bytes:
    """A PNG that is large enough to be looked at."""
    return grids.png(grid, max(1, WIDTH // grid.shape[1]))


def figure(losses: dict) -> Figure | None:
    """Curves of the losses, without the weighted sum of the generators."""
    names = [
        name
        for name in next(iter(losses.values()), {})
        if name.endswith("_loss") and not name.startswith("val_")
    ]
    if not names:
        return None
    epochs = tuple(losses)
    values = tuple(
        (
            epochs,
            tuple(logs.get(name, float("nan")) for logs in losses.values()),
        )
        for name in names
    )
    return Figure(
        "curve", "Losses", tuple(names), values, unit="loss", along="epoch"
    )


def page(kept: Any) -> Page:
    """The page of the stage "improve"."""
    if not kept.losses:
        told = "No epoch has ended yet."
    else:
        last = kept.losses[max(kept.losses)]
        cycle = number(last.get("cycle_loss", float("nan")))
        told = (
            f"After {max(kept.losses)} epochs, images that were translated and "
            f"back differ by {cycle} on average (both directions summed, "
            "pixels from -1 to 1)."
        )
    return Page("improve", "Translated images", told, blocks(kept))
