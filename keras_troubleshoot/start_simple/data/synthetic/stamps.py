"""Patterns that are put on a canvas at places that vary."""

import numpy as np

from keras_troubleshoot.start_simple.data.synthetic import patterns

# Standard deviation of what blurs an amount between 0 and 1, at most: it
# leaves `12 * BLUR**2`, a five hundredth, of the variance unexplained.
BLUR = (0.002 / 12) ** 0.5

# A pattern is taken for another one if the noise reaches half their distance,
# which is this many of its standard deviations: a chance of 1e-9 for each
# other pattern, sign and place, and of less than 1e-5 for 100 patterns.
APART = 6


class Stamps:
    """Patterns of blocks of signs, each as large as a share of the canvas.

    A block shifted by a part of its width lies between two shifts by whole
    blocks, and so does the likeness of two patterns: their distance over all
    places is that over whole blocks.

    Args:
        area: height and width of what a stamp may cover.
        channels: of the canvas; a pattern has its own signs in each.
        count: how many patterns.
        blocks: in a pattern along each axis, at most.
        share: of the area that a pattern covers along each axis.
        rng: of the patterns.

    Raises:
        ValueError: the area is too small for so many patterns.
    """

    def __init__(
        self,
        area: tuple[int, int],
        channels: int,
        count: int,
        blocks: int,
        share: float,
        rng: np.random.Generator,
    ):
        grid = [min(blocks, side) for side in area]
        self.block = [
            max(1, int(share * side / number))
            for side, number in zip(area, grid, strict=True)
        ]
        self.size = np.multiply(self.block, grid)
        self.free = np.subtract(area, self.size)
        # Half a block either way, and a pixel at least.
        half = np.maximum(1, np.floor_divide(self.block, 2))
        self.jitter = np.minimum(self.free // 2, half)
        reach = int(np.max(-(-2 * self.jitter // self.block)))
        signs, apart = patterns.choose((*grid, channels), count, reach, rng)
        if not apart:
            raise ValueError(
                f"An input of shape {(*area, channels)} is too small to show "
                f"{count} patterns. To mend it, ask for a larger one, or for "
                "fewer classes."
            )
        self.signs = signs.repeat(self.block[0], 1).repeat(self.block[1], 2)
        self.distance = float(np.sqrt(apart * np.prod(self.block)))

    def put(
        self,
        canvas: np.ndarray,
        which: np.ndarray,
        heights: np.ndarray,
        corner: tuple[int, int],
        rng: np.random.Generator,
    ) -> None:
        """Adds a pattern to each row of a canvas.

        Args:
            canvas: shape (rows, height, width, channels), changed in place.
            which: the pattern of each row, shape (rows,).
            heights: by which it is multiplied, shape (rows, 1 or channels).
            corner: of the area on the canvas.
            rng: of the places.
        """
        rows = np.arange(len(canvas))[:, None, None]
        places = []
        for axis in (0, 1):
            middle = corner[axis] + self.free[axis] // 2
            jitter = self.jitter[axis]
            first = middle + rng.integers(-jitter, jitter + 1, len(canvas))
            places.append(first[:, None] + np.arange(self.size[axis]))
        down, across = places[0][:, :, None], places[1][:, None, :]
        canvas[rows, down, across] += heights[:, None, None] * self.signs[which]


def either(rows: int, rng: np.random.Generator) -> np.ndarray:
    """A sign for each row, shape (rows,)."""
    return rng.choice([-1.0, 1.0], rows)
