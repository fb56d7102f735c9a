"""`SampleGrid`: keeps pictures of what a `CycleGAN` makes, by epoch."""

import pathlib
from typing import Any

import keras
import numpy as np

from keras_troubleshoot.improvement.adaptation.cyclegan import grids
from keras_troubleshoot.improvement.adaptation.cyclegan import requirements
from keras_troubleshoot.improvement.adaptation.cyclegan import showing


class SampleGrid(keras.callbacks.Callback):
    """Pictures of some images, translated, and back again.

    In each row: an image of the source, translated, and back; then one of
    the target, translated to the source, and back. Losses of a GAN say little
    about the images: look at these. A digit that became another one in the
    second column, and comes back right in the third, is what the cycle loss
    cannot see.

    Args:
        source: images of the source, of which the first `rows` are shown.
        target: images of the target.
        every: epochs from one grid to the next; the first and the last epoch
            always have one.
        rows: images of each domain.
        folder: where to write the grids as PNG files, `epoch_0005.png`; it is
            made where there is none. None keeps them in memory alone.

    Attributes:
        grids: the pictures by epoch, counted from 1: uint8, shape (height,
            width, 3).
        losses: the logs by epoch, for the curves of the page.

    Raises:
        TypeError: labels are passed with the images.
        ValueError: there are no images, or a number is below 1.

    Example:
        >>> from keras_troubleshoot.improvement.adaptation.cyclegan import model
        >>> x = np.zeros((4, 8, 8, 1))
        >>> gan = model.CycleGAN((8, 8, 1))
        >>> gan.compile()
        >>> grid = SampleGrid(x, x + 1, rows=2)
        >>> history = gan.fit(x, x + 1, batch_size=4, callbacks=[grid],
        ...                   verbose=0)
        >>> grid.grids[1].shape  # 2 rows and 6 columns, with lines between.
        (19, 58, 3)
    """

    def __init__(
        self,
        source: Any,
        target: Any,
        *,
        every: int = 1,
        rows: int = 8,
        folder: Any = None,
    ):
        super().__init__()
        requirements.whole(every=every, rows=rows)
        self.source = grids.first("source", source, rows)
        self.target = grids.first("target", target, rows)
        self.every = every
        self.folder = None if folder is None else pathlib.Path(folder)
        self.grids: dict[int, np.ndarray] = {}
        self.losses: dict[int, dict[str, float]] = {}

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Makes a grid, where it is time."""
        self.losses[epoch + 1] = dict(logs or {})
        if epoch == 0 or (epoch + 1) % self.every == 0:
            self.keep(epoch + 1)

    def on_train_end(self, logs: Any = None) -> None:
        """Makes that of the last epoch."""
        last = max(self.losses, default=0)
        if last and last not in self.grids:
            self.keep(last)

    def keep(self, epoch: int) -> None:
        """Makes a grid, and writes it."""
        grid = grids.grid(self.model, self.source, self.target)
        self.grids[epoch] = grid
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            file = self.folder / f"epoch_{epoch:04d}.png"
            file.write_bytes(grids.png(grid))

    def page_blocks(self) -> tuple:
        """Curves of the losses and a gallery, for the HTML report."""
        return showing.blocks(self)

    def page(self) -> Any:
        """The page "Translated images" of the HTML report."""
        return showing.page(self)
