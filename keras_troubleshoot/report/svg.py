"""Makes the SVG that matplotlib writes fit to stand inside a page."""

import re
from xml.etree import ElementTree

# Colours that stand for a custom property of the page's style. Matplotlib
# knows no custom properties, so it draws in colours that nothing else has.
INK = "#010203"
GRID = "#010204"
SERIES = tuple(f"#0102{number:02x}" for number in range(0x10, 0x18))
COLORS = {
    INK: "var(--kts-ink)",
    GRID: "var(--kts-line)",
} | {color: f"var(--kts-series-{i})" for i, color in enumerate(SERIES, 1)}

_COLOR = re.compile("|".join(COLORS))
_FONT = re.compile(r"font-family: [^;]*; ?")
_HUNDREDTHS = re.compile(r"(\.\d\d)\d+")  # Finer than any screen.
_REFERENCE = re.compile(r"url\(#(.+?)\)")
_DROPPED = ("metadata", "style")  # A style inside a page is the page's.


def inline(source: bytes, prefix: str, label: str) -> str:
    """An SVG document as an element of a page.

    Args:
        source: what matplotlib wrote.
        prefix: what its ids start with, so that two figures share none.
        label: what a reader who cannot see it is told.

    Returns:
        An `<svg>` element that is as wide as there is room, in the colours
        and the font of the page.
    """
    root = ElementTree.fromstring(source)
    for element in root.iter():
        for child in list(element):
            if _local(child.tag) in _DROPPED:
                element.remove(child)
        element.tag = _local(element.tag)
        element.attrib = {
            _local(name): _restyled(_local(name), value, prefix)
            for name, value in element.attrib.items()
        }
        if element.tag == "g":
            element.attrib.pop("id", None)  # Nothing refers to a group.
    width, height = root.get("viewBox", "0 0 1 1").split()[2:]
    # With a ratio the page keeps the room before the figure is drawn.
    root.attrib = {
        "viewBox": f"0 0 {width} {height}",
        "role": "img",
        "aria-label": label,
    }
    return ElementTree.tostring(root, encoding="unicode")


def _local(name: str) -> str:
    """The name without its namespace, which a page has no need of."""
    return name.rpartition("}")[2]


def _restyled(name: str, value: str, prefix: str) -> str:
    if name == "id":
        return f"{prefix}-{value}"
    if name == "href":
        return value.replace("#", f"#{prefix}-", 1)
    if name == "style":
        value = _COLOR.sub(lambda found: COLORS[found[0]], value)
        return _FONT.sub("", value)  # The family is the page's.
    if name in ("d", "x", "y", "width", "height", "transform"):
        return _HUNDREDTHS.sub(r"\1", value)
    return _REFERENCE.sub(rf"url(#{prefix}-\1)", value)
