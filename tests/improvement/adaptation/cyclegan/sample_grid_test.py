"""Grids of samples show what the model makes."""

import os
import tempfile

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.improvement.adaptation.cyclegan import sample_grid
from tests.improvement.adaptation.cyclegan.samples import COLOUR
from tests.improvement.adaptation.cyclegan.samples import GREY
from tests.improvement.adaptation.cyclegan.samples import LOGS
from tests.improvement.adaptation.cyclegan.samples import pixels
from tests.improvement.adaptation.cyclegan.samples import small


class SampleGridTest(parameterized.TestCase):
    def folder(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        return made.name

    def test_grids_show_what_is_translated(self):
        gan = small(GREY, COLOUR)
        gan.compile(run_eagerly=True)
        folder = self.folder()
        source, target = pixels(5), pixels(3, COLOUR)
        grid = sample_grid.SampleGrid(
            source, target, every=2, rows=4, folder=folder
        )
        gan.fit(source, target, epochs=3, verbose=0, callbacks=[grid])
        self.assertEqual(list(grid.grids), [1, 2, 3])
        self.assertLen(os.listdir(folder), 3)
        shown = keras.utils.img_to_array(
            keras.utils.load_img(os.path.join(folder, "epoch_0003.png"))
        )
        np.testing.assert_array_equal(shown, grid.grids[3])
        self.assertEqual(shown.shape, (1 + 4 * 9, 58, 3))
        second = shown[10:18]
        np.testing.assert_array_equal(second[:, 1:9, 0], source[1, ..., 0])
        made = gan.translate(source)
        np.testing.assert_array_equal(second[:, 10:18], made[1])
        again = gan.translate(made, back=True)
        np.testing.assert_array_equal(second[:, 19:27, 1], again[1, ..., 0])
        np.testing.assert_array_equal(second[:, 31:39], target[1])

    def test_the_page_of_the_report(self):
        gan = small()
        gan.compile(run_eagerly=True)
        grid = sample_grid.SampleGrid(pixels(2), pixels(2))
        self.assertIn("No epoch", grid.page().summary)
        gan.fit(pixels(4), pixels(4), epochs=8, verbose=0, callbacks=[grid])
        page = grid.page()
        self.assertEqual(page.stage, "improve")
        told, gallery, curves = page.blocks
        self.assertIn("still of the class", told.text)
        captions = [example.caption for example in gallery.examples]
        self.assertLen(captions, 6)
        self.assertEqual(captions[0], "epoch 8")
        self.assertEqual(captions[-1], "epoch 1")
        self.assertContainsSubset(LOGS[1:], curves.labels)

    @parameterized.named_parameters(
        ("labels", (pixels(2), np.arange(2)), {}, TypeError, "without labels"),
        ("every", pixels(2), {"every": 0}, ValueError, "`every` must be"),
        ("empty", pixels(0), {}, ValueError, "at least one image"),
    )
    def test_refused(self, source, options, kind, told):
        with self.assertRaisesRegex(kind, told):
            sample_grid.SampleGrid(source, pixels(2), **options)


if __name__ == "__main__":
    absltest.main()
