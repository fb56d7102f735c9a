"""`CycleGAN`: translates images between two domains, without pairs."""

from typing import Any

import keras
import numpy as np

from keras_troubleshoot.improvement.adaptation.cyclegan import pairing
from keras_troubleshoot.improvement.adaptation.cyclegan import requirements
from keras_troubleshoot.improvement.adaptation.cyclegan import stepping
from keras_troubleshoot.improvement.adaptation.cyclegan import translating
from keras_troubleshoot.improvement.adaptation.cyclegan.opponents import (
    Opponents,
)


@keras.saving.register_keras_serializable(package="keras_troubleshoot")
class CycleGAN(Opponents):
    """Translates images of a source into the style of a target, and back.

    J.-Y. Zhu, T. Park, P. Isola, A. Efros, "Unpaired Image-to-Image
    Translation using Cycle-Consistent Adversarial Networks" (ICCV 2017). Two
    generators are trained against two discriminators; what is translated
    there and back must be what it was. No labels and no pairs are needed.
    Labelled images of the source, translated, are training data for the
    target: see `adapt_dataset`. Look at a `SampleGrid` before you trust
    them: nothing forces a 3 to stay a 3.

    Pixels may be 0 to 255, 0 to 1 or -1 to 1, of each domain for itself;
    `fit` tells which by the type and the values, and they come back in the
    range that they went in.

    Args:
        source_shape: (height, width, channels) of the source images, at
            least 8 by 8.
        target_shape: of the target images; the same height and width.
        generators: two models, source to target and back, from and to pixels
            between -1 and 1; by default `resnet_generator`s, as in the
            paper, and below 64 pixels `unet_generator`s: of digits these
            learned more in a quarter of the time.
        discriminators: two models, of source and of target images;
            `patch_discriminator`s by default.
        cycle_weight: of the cycle loss; 10 in the paper.
        identity_weight: of the identity loss, by which images of the target
            stay what they are; half of `cycle_weight` by default, as in
            the paper, and 0 where the channels differ.
        pool_size: images that each discriminator is shown again; 50.
        **kwargs: arguments of `keras.Model`.

    Raises:
        TypeError: a network is no Keras model.
        ValueError: shapes do not go together, or a weight is below 0.

    Example:
        >>> import numpy as np
        >>> rng = np.random.default_rng(0)
        >>> grey = rng.integers(0, 256, (20, 8, 8, 1), "uint8")
        >>> coloured = rng.random((30, 8, 8, 3))
        >>> gan = CycleGAN((8, 8, 1), (8, 8, 3))
        >>> gan.compile()
        >>> history = gan.fit(grey, coloured, batch_size=10, verbose=0)
        >>> made = gan.translate(grey)
        >>> made.shape, made.dtype
        ((20, 8, 8, 3), dtype('uint8'))
        >>> gan.translate(coloured, back=True).shape
        (30, 8, 8, 1)
    """

    def fit(
        self,
        source: Any,
        target: Any = None,
        *,
        batch_size: int = 32,
        steps_per_epoch: int | None = None,
        validation_data: Any = None,
        **options: Any,
    ) -> keras.callbacks.History:
        """Trains on two sets of images that need not belong together.

        Args:
            source: images, shape (rows, height, width, channels), or without
                channels where they are grey; or a `tf.data.Dataset` of
                batches (source images, target images).
            target: images; another number of them is fine. Both are shuffled
                and repeated, each for itself.
            batch_size: images of each domain in a step. The paper has 1, for
                photographs; more suit small images on a CPU.
            steps_per_epoch: steps; by default one pass over the larger set.
            validation_data: pairs, whose losses are logged as `val_...`.
            **options: `epochs`, `callbacks`, `verbose`, `initial_epoch`, ...,
                as `keras.Model.fit` takes them.

        Returns:
            The history of "loss" (of the generators, weighted),
            "generator_loss", "cycle_loss", "identity_loss" and
            "discriminator_loss".

        Raises:
            TypeError: labels are passed with images.
            ValueError: the images are empty, not finite, of other shapes, or
                of no known range.
        """
        shapes = (self.source_shape, self.target_shape)
        if validation_data is not None:
            validation_data = pairing.validation(validation_data, shapes)
        if target is None:
            told = pairing.stream_ranges(source, shapes)
            data = source
        else:
            requirements.whole(batch_size=batch_size)
            arrays, told = translating.both(self, source, target)
            data = pairing.unpaired(*arrays, batch_size)
            steps_per_epoch = steps_per_epoch or pairing.steps(
                *arrays, batch_size
            )
        self.source_range.assign(told[0])
        self.target_range.assign(told[1])
        # Keras would warn that it cannot shuffle a dataset.
        options["shuffle"] = False
        return super().fit(
            data,
            steps_per_epoch=steps_per_epoch,
            validation_data=validation_data,
            **options,
        )

    def train_step(self, data: Any) -> dict:
        """Updates the generators, then the discriminators."""
        source, target = stepping.read(self, data)
        return self.logged(stepping.train(self, source, target), source)

    def test_step(self, data: Any) -> dict:
        """The losses without an update."""
        source, target = stepping.read(self, data)
        return self.logged(stepping.test(self, source, target), source)

    def translate(
        self,
        images: Any,
        *,
        back: bool = False,
        batch_size: int = 64,
        pixel_range: tuple[float, float] | None = None,
    ) -> np.ndarray:
        """Images of the source in the style of the target.

        Args:
            images: shape (rows, height, width, channels), or without channels
                where they are grey.
            back: True takes images of the target to the source.
            batch_size: images at a time.
            pixel_range: what is black and what is white; by default told: 0
                to 255 of whole numbers, else -1 to 1 where a pixel is below
                0, 0 to 255 where one is above 1. Floats that all lie between
                0 and 1 are taken for what `fit` was given of this domain, and
                for 0 to 1 where that were whole numbers.

        Returns:
            As many images, in the range of yours; whole numbers of the same
            type where yours are, else float32.

        Raises:
            ValueError: the images are empty, not finite, of another shape, or
                of no known range.
        """
        return translating.translate(
            self, images, back, batch_size, pixel_range
        )

    def adapt_dataset(
        self,
        x: Any,
        y: Any = None,
        *,
        back: bool = False,
        batch_size: int = 64,
        pixel_range: tuple[float, float] | None = None,
    ) -> Any:
        """Labelled images in the style of the other domain, for training.

        Args:
            x: images of the source; or a `tf.data.Dataset` of batches whose
                first part are such images.
            y: their labels, of any form; they come back as they are.
            back: True takes labelled images of the target to the source.
            batch_size: images at a time, of arrays.
            pixel_range: as `translate` takes it.

        Returns:
            `(translated, y)` for `fit(*...)`; of a dataset, a dataset with
            translated images, made anew in each pass.

        Raises:
            ValueError: the images will not do, or are not as many as `y`.

        Example:
            >>> import numpy as np
            >>> gan = CycleGAN((8, 8, 1))
            >>> x, y = gan.adapt_dataset(np.ones((5, 8, 8)), np.arange(5))
            >>> x.shape, y.tolist()
            ((5, 8, 8), [0, 1, 2, 3, 4])
        """
        options = (back, batch_size, pixel_range)
        return translating.adapt_dataset(self, x, y, *options)
