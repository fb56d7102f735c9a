"""Small pictures as the bytes of PNG files."""

import struct
import zlib

import numpy as np

# Pixels of the longer side at most.
LARGEST = 96
# Aim for small pictures: each of their pixels becomes a square.
SMALL = 64


def png(image: np.ndarray, low: float, high: float) -> bytes:
    """A picture as a PNG file.

    Args:
        image: shape (height, width), or with channels behind or before.
        low: what is black.
        high: what is white.

    Returns:
        The bytes of the file (W3C Recommendation PNG, 8 bits a channel).

    Example:
        >>> png(np.eye(2), 0, 1)[1:4]
        b'PNG'
    """
    pixels = sized(colours(np.asarray(image, "float64")))
    spread = high - low or 1.0
    scaled = np.nan_to_num((pixels - low) / spread * 255)
    bytes_ = np.clip(np.round(scaled), 0, 255).astype("uint8")
    height, width, channels = bytes_.shape
    lines = bytes_.reshape(height, width * channels)
    # Each line begins with the number of its filter: 0, none.
    raw = np.hstack([np.zeros((height, 1), "uint8"), lines]).tobytes()
    kind = 2 if channels == 3 else 0
    head = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def chunk(name: bytes, data: bytes) -> bytes:
    """A part of the file, with its length and its checksum."""
    checked = zlib.crc32(name + data)
    return (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", checked)
    )


def colours(image: np.ndarray) -> np.ndarray:
    """Height, width, and one channel (grey) or three."""
    if image.ndim == 2:
        return image[..., None]
    if image.shape[0] in (1, 3, 4) and image.shape[-1] not in (1, 3, 4):
        image = np.moveaxis(image, 0, -1)
    if image.shape[-1] in (3, 4):
        return image[..., :3]
    return image.mean(axis=-1, keepdims=True)


def sized(image: np.ndarray) -> np.ndarray:
    """Smaller by means over blocks, or larger by repeated pixels."""
    longest = max(image.shape[:2])
    if longest > LARGEST:
        step = -(-longest // LARGEST)
        return blocks(image, step)
    times = max(1, SMALL // longest) if longest < SMALL else 1
    times = max(times, 1)
    return image.repeat(times, axis=0).repeat(times, axis=1)


def blocks(image: np.ndarray, step: int) -> np.ndarray:
    """The mean of each square of pixels; the last ones may be smaller."""
    rows, columns = image.shape[0], image.shape[1]
    places = np.arange(0, rows, step), np.arange(0, columns, step)
    total = np.add.reduceat(image, places[0], axis=0)
    total = np.add.reduceat(total, places[1], axis=1)
    high = np.diff(np.append(places[0], rows))
    wide = np.diff(np.append(places[1], columns))
    return total / (high[:, None] * wide[None, :])[..., None]
