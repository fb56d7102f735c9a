"""A number for each row: the same for the same row, and for no other."""

import numpy as np

# Numbers that are hashed at a time: they stay in the cache.
CHUNK = 2**17
# The mixer of G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom
# Number Generators" (OOPSLA 2014), in David Stafford's variant 13.
STEP = np.uint64(0x9E3779B97F4A7C15)
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)


def keys(arrays: list[np.ndarray]) -> np.ndarray:
    """A hash of each row, over all arrays of an input.

    NaN is equal to NaN, and 0.0 to -0.0. Two different rows meet with a
    chance of 2**-64, so that among a million rows none do.

    Args:
        arrays: with rows first, of one length; numbers, dates, or text.

    Returns:
        Shape (rows,), uint64.

    Example:
        >>> found = keys([np.array([[1.0, np.nan], [0, 2], [1, np.nan]])])
        >>> found[0] == found[2], found[0] == found[1]
        (np.True_, np.False_)
    """
    total = np.zeros(len(arrays[0]), "uint64")
    for place, array in enumerate(arrays):
        flat = array.reshape(len(array), -1)
        width = max(1, flat.shape[1])
        # Each column has a number of its own, as order matters.
        own = np.arange(1, width + 1, dtype="uint64") + np.uint64(place << 32)
        own = mixed(own[: flat.shape[1]] * STEP)
        height = max(1, CHUNK // width)
        for start in range(0, len(flat), height):
            part = words(flat[start : start + height])
            total[start : start + height] += mixed(part + own).sum(axis=1)
    return mixed(total)


def words(block: np.ndarray) -> np.ndarray:
    """The bits of numbers, or hashes of text, as uint64."""
    kind = block.dtype.kind
    if kind == "V":
        block, kind = block.astype("float32"), "f"
    if kind == "c":
        block = np.stack([block.real, block.imag], -1)
        return mixed(words(block)).sum(axis=-1)
    if kind == "f":
        size = min(8, block.dtype.itemsize)
        # Adding zero makes 0.0 of -0.0.
        block = np.add(block, 0, dtype=f"float{8 * size}")
        block[np.isnan(block)] = np.nan
        return block.view(f"uint{8 * size}").astype("uint64")
    if kind in "mM":
        block = block.view("int64")
    if kind in "biumM":
        return block.astype("int64" if kind != "u" else "uint64").view("uint64")
    told = [hash(text(value)) & 2**64 - 1 for value in block.ravel()]
    return np.array(told, "uint64").reshape(block.shape)


def text(value: object) -> str:
    """A value as text; bytes are read as UTF-8.

    Example:
        >>> text(b"abc"), text(3.5), text(None)
        ('abc', '3.5', 'None')
    """
    if isinstance(value, bytes):
        return value.decode("utf8", "replace")
    return str(value)


def mixed(bits: np.ndarray) -> np.ndarray:
    """Spreads each bit over all 64, one to one."""
    bits = (bits ^ (bits >> np.uint64(30))) * FIRST
    bits = (bits ^ (bits >> np.uint64(27))) * SECOND
    return bits ^ (bits >> np.uint64(31))
