"""Reports with pages that the tests of the renderers share."""

import struct
import zlib

import numpy as np

from keras_troubleshoot.report.figure import Figure
from keras_troubleshoot.report.page import Example
from keras_troubleshoot.report.page import Gallery
from keras_troubleshoot.report.page import Page
from keras_troubleshoot.report.page import Paragraph
from keras_troubleshoot.report.page import Table
from keras_troubleshoot.report.report import Report
from tests.report import samples


def chunk(name, data):
    held = name + data
    return (
        struct.pack(">I", len(data))
        + held
        + struct.pack(">I", zlib.crc32(held))
    )


def png(width=8, height=8):
    """A grey image, written by hand from the specification."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = b"".join(
        b"\0" + bytes((17 * row + column) % 256 for column in range(width))
        for row in range(height)
    )
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


WATERFALL = Figure(
    "waterfall",
    "From irreducible to test error",
    ("irreducible", "variance", "validation overfitting", "test error"),
    (0.01, (0.03, 0.02, 0.04), -0.005, (0.035, 0.03, 0.04)),
    "error rate",
)
CURVE = Figure(
    "curve",
    "Error over data",
    ("validation",),
    (((100, 200, 400), (0.3, float("nan"), 0.2), (0, 0, 0), (1, 1, 1)),),
    "error rate",
    "examples",
)
START = Page(
    "start_simple",
    "A simple start",
    "LeNet with `Adam(3e-4)`.",
    (Paragraph("2,000 of 60,000 examples."),),
)
DEBUG = Page("debug", "Does it train?", "It overfits one batch.", ())
EVALUATE = Page(
    "evaluate",
    "Where the error comes from",
    "The largest part is variance: 3 points.",
    (
        WATERFALL,
        CURVE,
        Table(
            "Errors by type",
            ("type", "share", "gain", "worth it", "seen"),
            (
                ("blur", "18.8%", np.float32(0.25), True, None),
                ("two digits in one image", "1.3%", 1e-5, False, "twice"),
            ),
        ),
        Gallery(
            "The worst",
            (
                Example("7 taken for 1", png=png()),
                Example("9 taken for 4", png=png(200, 20)),
            ),
        ),
        Gallery(
            "Misread",
            (
                Example("negative for positive", text="never rings true ."),
                Example(
                    "hour 3",
                    figure=Figure("lines", "Load", ("MW",), ((1, 2, 1),)),
                ),
            ),
        ),
    ),
)


def full() -> Report:
    """A report with a page of each stage, and blocks of every kind."""
    held = samples.full()
    return Report(
        held.findings,
        held.examined,
        held.skipped,
        held.title,
        held.context,
        fixes=held.fixes,
        pages=[START, DEBUG, EVALUATE],
    )


def hostile() -> Report:
    """A report each string of whose pages tries to escape."""
    evil = samples.HOSTILE
    figure = Figure("bars", evil, (evil,), (1,), evil)
    curve = Figure("curve", evil, (evil,), (((1, 2), (1, 2)),), evil, evil)
    fall = Figure("waterfall", evil, (evil, evil), (1, 2), evil)
    blocks = (
        Paragraph(evil),
        Table(evil, (evil, "n"), ((evil, 1), ({evil: evil}, [evil]))),
        figure,
        curve,
        fall,
        Gallery(evil, (Example(evil, evil, png(), figure),)),
    )
    held = samples.hostile()
    return Report(
        held.findings,
        held.examined,
        held.skipped,
        held.title,
        held.context,
        fixes=held.fixes,
        pages=[Page(evil, evil, evil, blocks)],
    )


def long() -> Report:
    """A report with more of everything than anyone reads."""
    rows = tuple((f"row {row}", row) for row in range(10_000))
    wide = tuple(f"column {column}" for column in range(300))
    image = png(300, 300)
    # As large as a photograph: what follows the end is not read.
    image += np.random.default_rng(0).bytes(100_000)
    examples = tuple(Example(f"example {n}", png=image) for n in range(100))
    blocks = (
        Paragraph("word " * 100_000),
        Table("Long", ("name", "number"), rows),
        Table("Wide", wide, (tuple(range(300)),)),
        Gallery("Many", examples),
        Gallery("Told", (Example("a", text="word " * 10_000),)),
    )
    return Report(pages=[Page("improve", "All of it", "So much.", blocks)])
