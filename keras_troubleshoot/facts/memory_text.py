"""How an estimate of memory is written."""

from keras_troubleshoot.report.printable import one_line
from keras_troubleshoot.report.printable import shortened

UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
COLUMNS = ("weights", "gradients", "slots", "activations")
# Layers that a table shows.
MOST = 12


def size(count: float) -> str:
    """A number of bytes with its unit.

    Example:
        >>> size(512), size(2048), size(3.5 * 2**30)
        ('512 B', '2.0 KiB', '3.5 GiB')
    """
    value, unit = float(count), 0
    while abs(value) >= 1024 and unit < len(UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{value:.0f} B" if unit == 0 else f"{value:.1f} {UNITS[unit]}"


def written(estimate) -> str:
    """The parts of an estimate, then its largest layers."""
    rows = [
        (name, [getattr(estimate, name)])
        for name in ("weights", "slots", "gradients", "activations")
    ]
    head = [
        f"One training step of {estimate.batch_size} rows needs about "
        f"{size(estimate.total)}.",
        *(f"  {name:12}{size(n):>12}" for name, [n] in rows),
        f"  {'the step':12}{size(estimate.step):>12}  (most at once, beside "
        f"weights and slots; at {one_line(estimate.usage.at)})",
    ]
    if estimate.usage.unknown:
        head.append(
            f"  Not counted: {len(estimate.usage.unknown)} tensors of unknown "
            "size."
        )
    return "\n".join([*head, "", *table(estimate)])


def table(estimate) -> list[str]:
    """The largest layers, a line for each."""
    titles = "".join(f"{name:>13}" for name in COLUMNS)
    lines = [f"{'layer':34}{titles}"]
    ranked = estimate.sorted()
    for layer in ranked[:MOST]:
        name = one_line(layer.layer or "(loss and inputs)")
        cells = "".join(f"{size(getattr(layer, n)):>13}" for n in COLUMNS)
        lines.append(f"{shortened(name, 33):34}{cells}")
    left = len(ranked) - MOST
    return lines + ([f"... {left} more layers"] if left > 0 else [])
