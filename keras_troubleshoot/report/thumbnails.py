"""The images of a gallery, as they stand in a page."""

import base64

from keras_troubleshoot.report.page import Gallery

_SMALL = 64  # Pixels; what is narrower is drawn larger, square by square.
# W3C Recommendation PNG: eight bytes of signature, then the header chunk:
# its length and its name, four bytes each, then the width.
_WIDTH = slice(16, 20)


def data(png: bytes) -> str:
    """The address of an image that is part of the page itself."""
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def small(png: bytes) -> bool:
    """Whether an image has so few pixels that each can be seen."""
    return int.from_bytes(png[_WIDTH], "big") <= _SMALL


def layout(gallery: Gallery) -> str:
    """The class of its style: pictures need more room than words."""
    if any(example.figure is not None for example in gallery.examples):
        return "kts-gallery kts-drawn"
    if any(example.text for example in gallery.examples):
        return "kts-gallery kts-worded"
    return "kts-gallery"
