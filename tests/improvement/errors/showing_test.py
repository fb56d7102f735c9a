import io

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from matplotlib import image as image_lib

from keras_troubleshoot.improvement.errors import showing
from keras_troubleshoot.improvement.errors import thumbnails


def read(png):
    """A PNG file read by somebody else, from 0 to 1."""
    return image_lib.imread(io.BytesIO(png), format="png")


class ThumbnailsTest(parameterized.TestCase):
    def test_grey_pixels_come_back(self):
        image = np.arange(64 * 70).reshape(64, 70) % 256
        found = read(thumbnails.png(image, 0, 255))
        np.testing.assert_allclose(found * 255, image, atol=0.5)

    def test_colours_come_back(self):
        image = np.random.default_rng(0).random((80, 66, 3))
        found = read(thumbnails.png(image, 0, 1))
        np.testing.assert_allclose(found, image, atol=0.003)
        first = np.moveaxis(image, -1, 0)
        self.assertEqual(
            thumbnails.png(first, 0, 1), thumbnails.png(image, 0, 1)
        )

    def test_large_ones_become_means_of_squares(self):
        image = np.random.default_rng(0).random((300, 200))
        found = read(thumbnails.png(image, 0, 1))
        self.assertEqual(found.shape[:2], (75, 50))
        expected = image.reshape(75, 4, 50, 4).mean(axis=(1, 3))
        np.testing.assert_allclose(found, expected, atol=0.003)
        odd = read(thumbnails.png(np.ones((301, 10)), 0, 2))
        np.testing.assert_allclose(odd, 0.5, atol=0.003)

    def test_small_ones_are_repeated(self):
        found = read(thumbnails.png(np.eye(8), 0, 1))
        np.testing.assert_array_equal(found[:8, :8], 1)
        self.assertEqual(found.shape, (64, 64))

    def test_range_and_what_is_not_finite(self):
        image = np.array([[-3.0, np.nan], [9.0, 1.0]])
        found = read(thumbnails.png(image, -1, 1))
        self.assertEqual(found[0, 0], 0)
        self.assertEqual(found[-1, 0], 1)


class ShowingTest(parameterized.TestCase):
    def shown(self, x, vocabulary=None, row=0):
        found = showing.leaves(x, vocabulary or {})
        return found, showing.of_row(found, row, vocabulary or {})

    def test_several_inputs_fill_their_places(self):
        x = {
            "photo": np.zeros((5, 16, 16, 3), "uint8"),
            "title": np.array([f"text {i}" for i in range(5)]),
            "track": np.random.default_rng(0).normal(size=(5, 300, 2)),
            "age": np.arange(5.0),
        }
        leaves, made = self.shown(x, row=3)
        kinds = [leaf.kind for leaf in leaves]
        self.assertEqual(kinds, ["image", "text", "series", "table"])
        self.assertEqual(made["text"], "text 3")
        self.assertEqual(read(made["png"]).max(), 0)
        self.assertLen(made["figure"].values, 2)
        self.assertLessEqual(len(made["figure"].values[0]), showing.STEPS)
        self.assertAlmostEqual(
            made["figure"].values[1][0], x["track"][3, 0, 1], delta=1e-3
        )

    @parameterized.named_parameters(
        ("list", ["", "a", "good", "film"]),
        ("ids", {1: "a", 2: "good", 3: "film"}),
    )
    def test_token_ids_are_read(self, vocabulary):
        words = dict(
            enumerate(vocabulary)
            if isinstance(vocabulary, list)
            else vocabulary.items()
        )
        x = np.array([[1, 2, 3, 0], [9, 3, 0, 0]])
        self.assertEqual(self.shown(x, words)[1]["text"], "a good film")
        self.assertEqual(self.shown(x, words, 1)[1]["text"], "9 film")

    def test_long_texts_are_cut(self):
        made = self.shown(np.array(["word " * 1000]))[1]
        self.assertLen(made["text"], showing.LETTERS)

    def test_tables_show_their_first_numbers(self):
        x = np.arange(40.0).reshape(2, 20)
        made = self.shown(x, row=1)[1]
        self.assertStartsWith(made["text"], "x[:, 0] = 20, x[:, 1] = 21")
        self.assertEndsWith(made["text"], ", ...")

    def test_pixels_keep_their_range(self):
        x = np.full((3, 8, 8, 1), 8.0)
        x[1] = 16.0
        x[2] = 0.0
        self.assertAlmostEqual(
            float(read(self.shown(x)[1]["png"]).mean()), 0.5, delta=0.01
        )


if __name__ == "__main__":
    absltest.main()
