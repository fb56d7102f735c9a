"""`keras-troubleshoot check` on saved models, sick and healthy."""

import json
import pathlib

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from tests.cli import calling

FILES = ("--model=m.keras", "--data=d.npz")


def classifier():
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def three_classes(first_label=0):
    """300 points around three centres, with the label of their centre."""
    random = np.random.default_rng(0)
    labels = random.integers(3, size=300)
    centres = random.normal(size=(3, 4))
    x = centres[labels] + 0.3 * random.normal(size=(300, 4))
    return x.astype("float32"), labels + first_label


class CheckTest(calling.CommandTestCase):
    def save(self, first_label=0):
        x, y = three_classes(first_label)
        classifier().save("m.keras")
        np.savez("d.npz", x=x, y=y)

    def test_a_healthy_model(self):
        self.save()
        ended = calling.call("check", *FILES, "--fail_on=warning")
        self.assertEqual(ended.code, 0, ended.out)
        self.assertEqual(ended.err, "")

    def test_labels_that_start_at_1(self):
        self.save(first_label=1)
        ended = calling.call("check", *FILES)
        self.assertEqual(ended.code, 1, ended.out)
        self.assertIn("labels-out-of-range", ended.out)

    def test_fail_on_never(self):
        self.save(first_label=1)
        ended = calling.call("check", *FILES, "--fail_on=never")
        self.assertEqual(ended.code, 0)
        self.assertIn("labels-out-of-range", ended.out)

    def test_reports_are_written(self):
        self.save(first_label=1)
        paths = ("--html=r.html", "--json=r.json", "--sarif=r.sarif")
        ended = calling.call("check", *FILES, *paths)
        self.assertIn("labels-out-of-range", pathlib.Path("r.html").read_text())
        for name in ("r.json", "r.sarif"):
            text = pathlib.Path(name).read_text()
            self.assertIn("labels-out-of-range", json.dumps(json.loads(text)))
            self.assertIn(str(self.folder / name), ended.err)

    def test_an_uncompiled_model_is_told_of_loss(self):
        x, y = three_classes()
        np.savez("d.npz", x=x, y=y)
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
        model.save("m.keras")
        ended = calling.call("check", *FILES)
        self.assertEqual(ended.code, 0, ended.err)
        self.assertIn("saved without a loss", ended.err)

    def test_a_loss_for_it(self):
        x, y = three_classes()
        np.savez("d.npz", x=x, y=y)
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
        model.save("m.keras")
        loss = "--loss=sparse_categorical_crossentropy"
        ended = calling.call("check", *FILES, loss)
        self.assertEqual(ended.code, 1, ended.err)
        self.assertIn("logits-without-from-logits", ended.out)

    @parameterized.named_parameters(
        ("no_model", ["--data=d.npz"], "--model must name a file, and was not"),
        ("no_data", ["--model=m.keras"], "--data must name a file, and was"),
        ("missing", ["--model=n.keras", "--data=d.npz"], "which is not there"),
        ("folder", ["--model=.", "--data=d.npz"], "which is a folder"),
        ("html", [*FILES, "--html=no/r.html"], "--html must name a file that"),
        ("json", [*FILES, "--json=."], "--json must name a file that can be"),
        ("sarif", [*FILES, "--sarif=d.npz/r"], "(Not a directory)"),
        ("x_key", [*FILES, "--x_key=a"], "--x_key must name an array"),
    )
    def test_bad_input_is_one_sentence(self, arguments, sentence):
        self.save()
        self.assert_cannot_judge(calling.call("check", *arguments), sentence)

    def test_a_path_that_could_be_written_is_left_as_it_was(self):
        self.save()
        pathlib.Path("r.html").write_text("old")
        calling.call("check", *FILES, "--html=r.html", "--json=no/r.json")
        self.assertEqual(pathlib.Path("r.html").read_text(), "old")

    def test_empty_data_is_one_sentence(self):
        self.save()
        np.savez("d.npz", x=np.zeros((0, 4)), y=np.zeros(0))
        ended = calling.call("check", *FILES)
        self.assertIn("empty", (ended.out + ended.err).lower())
        self.assertIn(ended.code, (1, 2))


if __name__ == "__main__":
    absltest.main()
