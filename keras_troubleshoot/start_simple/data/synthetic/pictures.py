"""Images that show patterns of light and dark blocks."""

from typing import Any

import numpy as np

from keras_troubleshoot.start_simple.data.synthetic import making
from keras_troubleshoot.start_simple.data.synthetic import stamps
from keras_troubleshoot.start_simple.data.synthetic.common import settings
from keras_troubleshoot.start_simple.data.synthetic.problem import Needed
from keras_troubleshoot.start_simple.data.synthetic.toy import Toy

# Grey of the ground, and how much darker or brighter a pattern is. (With 0.25,
# networks that pool over the whole image learned half as fast.)
GROUND = 0.5
CONTRAST = 0.4
# Standard deviation of the noise of a pixel, at most; four of them fit
# between a pattern and the end of the range.
NOISE = 0.025
# Side from which on four patterns of 3x3 blocks go side by side.
ROOMY = 16


class Picture:
    """Images from 0 to 1 with patterns that may be dark or bright.

    Args:
        shape: height, width and channels.
        needed: what they are to show.
        rng: of the patterns.
    """

    levels = np.inf

    def __init__(
        self,
        shape: tuple[int, int, int],
        needed: Needed,
        rng: np.random.Generator,
    ):
        self.shape = height, width, channels = shape
        split = needed.amounts and needed.patterns > 1
        self.cells = 2 if split and min(height, width) >= ROOMY else 1
        self.capacity = min(needed.patterns, self.cells**2)
        self.area = height // self.cells, width // self.cells
        count = self.capacity if needed.amounts else needed.patterns
        blocks = 4 if self.cells == 1 else 3
        self.stamps = stamps.Stamps(
            self.area, channels, count, blocks, 0.6, rng
        )
        self.described = f"images of {height}x{width}x{channels}"

    def show_classes(
        self, ids: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Images with the pattern of a class, dark or bright; -1: none.

        Dark and bright ones are as frequent, so that a linear model cannot
        tell classes: see `tables.Table.show_classes`.
        """
        noise = CONTRAST * self.stamps.distance / (2 * stamps.APART)
        images = self.ground(len(ids), noise, rng)
        heights = CONTRAST * stamps.either(len(ids), rng) * (ids >= 0)
        self.stamps.put(images, ids, heights[:, None], (0, 0), rng)
        return images.clip(0, 1).astype("float32")

    def show_amounts(
        self, amounts: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Images where amounts are the contrasts of patterns side by side."""
        covered = np.sqrt(self.stamps.signs[0].size)
        noise = CONTRAST * covered * stamps.BLUR
        images = self.ground(len(amounts), noise, rng)
        for cell in range(self.cells**2):
            which = np.full(len(amounts), cell % amounts.shape[1])
            heights = amounts[:, which[:1]] * CONTRAST
            heights *= stamps.either(len(amounts), rng)[:, None]
            corner = np.multiply(divmod(cell, self.cells), self.area)
            self.stamps.put(images, which, heights, corner, rng)
        return images.clip(0, 1).astype("float32")

    def ground(
        self, rows: int, noise: float, rng: np.random.Generator
    ) -> np.ndarray:
        """Images that show nothing."""
        deviations = rng.normal(size=(rows, *self.shape))
        return GROUND + min(noise, NOISE) * deviations

    def move(
        self,
        x: np.ndarray,
        training: np.ndarray,
        shift: float,
        rng: np.random.Generator,
    ) -> np.ndarray:
        """Brighter images."""
        del rng
        return x + np.float32(shift * training.std())


def images(
    rows: int = 1000,
    shape: tuple[int, int, int] = (28, 28, 1),
    **common: Any,
) -> Toy:
    """Images, each with a pattern of blocks that tells its class.

    The pattern is put near the middle, dark on bright or bright on dark. A
    linear model reaches `(C + 1) / (2 * C)` of `C` balanced classes at most,
    and an R2 of 0. The noise of the pixels leaves a perfect model a chance
    of less than 1e-5 to take a pattern for another one (`stamps.APART`); it
    costs 0.002 of the R2 (`stamps.BLUR`).

    Args:
        rows: of the training part.
        shape: height, width and channels.
        **common: `classes`, `task`, `noise`, `imbalance`, `shift`,
            `test_rows` and `seed`; see `Common`.

    Returns:
        The problem, with inputs from 0 to 1 of type float32.

    Raises:
        ValueError: an argument is out of range.
        TypeError: an argument is of another type.

    Example:
        >>> toy = images(100, (8, 8, 1), noise=0.1, test_rows=50)
        >>> toy.x.shape, toy.y_test.shape, toy.reachable
        ((100, 8, 8, 1), (50,), 0.9)
    """
    making.require_shape(shape)
    return making.single(
        lambda needed, rng: Picture(shape, needed, rng),
        settings(rows, common),
    )
