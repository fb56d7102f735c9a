"""Saved models and data, read or refused with one sentence."""

import os
import pathlib
import types
import zipfile

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.cli import loading
from keras_troubleshoot.cli.command import CommandError
from tests.cli import calling


@keras.saving.register_keras_serializable("tests")
class Doubled(keras.layers.Layer):
    def call(self, inputs):
        return 2 * inputs


def model_of(*layers):
    return keras.Sequential([keras.Input((3,)), *layers])


def cut_short(path):
    path = pathlib.Path(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip_a_byte(path):
    """Damages the data of the first array, not the zip's directory."""
    data = bytearray(pathlib.Path(path).read_bytes())
    data[200] ^= 0xFF
    pathlib.Path(path).write_bytes(data)


class ReadArraysTest(calling.CommandTestCase):
    def test_arrays_by_name(self):
        np.savez("d.npz", x=np.eye(3), y=np.arange(3))
        arrays = loading.read_arrays("d.npz")
        np.testing.assert_array_equal(arrays["x"], np.eye(3))
        np.testing.assert_array_equal(arrays["y"], [0, 1, 2])

    def test_pickled_objects_are_not_read(self):
        ragged = np.array([[1, 2], [3]], dtype=object)
        np.savez("d.npz", x=ragged)
        with self.assertRaisesRegex(CommandError, "holds 'x' as pickled"):
            loading.read_arrays("d.npz")

    def test_a_pickle_is_not_read(self):
        pathlib.Path("d.npz").write_bytes(b"cos\nsystem\n(S'touch hit'\ntR.")
        with self.assertRaisesRegex(CommandError, "which is not one"):
            loading.read_arrays("d.npz")
        self.assertFalse(os.path.exists("hit"))

    @parameterized.parameters(cut_short, flip_a_byte)
    def test_a_corrupt_file(self, damage):
        np.savez("d.npz", x=np.arange(1000))
        damage("d.npz")
        with self.assertRaisesRegex(CommandError, "cut short|is corrupt"):
            loading.read_arrays("d.npz")

    def test_a_single_array(self):
        np.save("d.npy", np.eye(3))
        with self.assertRaisesRegex(CommandError, "numpy.savez"):
            loading.read_arrays("d.npy")


class ReadModelTest(calling.CommandTestCase):
    def test_a_compiled_model_keeps_its_loss(self):
        model = model_of(keras.layers.Dense(1))
        model.compile("adam", "mae")
        model.save("m.keras")
        self.assertEqual(loading.read_model("m.keras", None).loss, "mae")

    def test_a_loss_for_an_uncompiled_model(self):
        model_of(keras.layers.Dense(1)).save("m.keras")
        self.assertEqual(loading.read_model("m.keras", "mse").loss, "mse")

    def test_an_unknown_loss(self):
        model_of(keras.layers.Dense(1)).save("m.keras")
        with self.assertRaisesRegex(CommandError, "received: 'cross'"):
            loading.read_model("m.keras", "cross")

    def test_a_second_loss(self):
        model = model_of(keras.layers.Dense(1))
        model.compile("adam", "mae")
        model.save("m.keras")
        with self.assertRaisesRegex(CommandError, "a model that has 'mae'"):
            loading.read_model("m.keras", "mse")

    def test_a_lambda_is_not_run(self):
        model_of(keras.layers.Lambda(lambda x: 2 * x)).save("m.keras")
        with self.assertRaisesRegex(CommandError, "has a Lambda layer"):
            loading.read_model("m.keras", None)

    def test_a_class_that_is_not_known(self):
        model_of(Doubled()).save("m.keras")
        with keras.saving.custom_object_scope({}):
            custom = keras.saving.get_custom_objects()
            self.addCleanup(custom.update, dict(custom))
            custom.clear()
            with self.assertRaisesRegex(CommandError, "class 'Doubled' is"):
                loading.read_model("m.keras", None)

    def test_a_file_cut_short(self):
        model_of(keras.layers.Dense(1)).save("m.keras")
        cut_short("m.keras")
        with self.assertRaisesRegex(CommandError, "or is cut short"):
            loading.read_model("m.keras", None)

    @parameterized.parameters("m.keras", "m.h5")
    def test_another_file(self, name):
        with zipfile.ZipFile(name, "w") as file:
            file.writestr("notes.txt", "no model")
        with self.assertRaisesRegex(CommandError, "could not be read") as e:
            loading.read_model(name, None)
        self.assertLen(str(e.exception).splitlines(), 1)


def stub(inputs=("image",), outputs=("digit",)):
    """What `choose` looks at: the names of a model's inputs and outputs."""
    tensors = [types.SimpleNamespace(name=name) for name in inputs]
    return types.SimpleNamespace(inputs=tensors, output_names=list(outputs))


class ChooseTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("short", {"x": 1, "y": 2}, {}, (1, 2, None)),
        ("long", {"x_train": 1, "y_train": 2}, {}, (1, 2, None)),
        ("no_targets", {"x": 1}, {}, (1, None, None)),
        (
            "by_key",
            {"a": 1, "b": 2},
            {"x_key": "a", "y_key": "b"},
            (1, 2, None),
        ),
        ("by_input_name", {"image": 1, "digit": 2}, {}, (1, 2, None)),
        (
            "validation",
            {"x": 1, "y": 2, "x_val": 3, "y_val": 4},
            {},
            (1, 2, (3, 4)),
        ),
        ("half_a_validation", {"x": 1, "y": 2, "x_val": 3}, {}, (1, 2, None)),
    )
    def test_one_input(self, arrays, keys, expected):
        self.assertEqual(loading.choose(arrays, stub(), **keys), expected)

    @parameterized.named_parameters(
        ("with_letter", {"x_image": 1, "x_age": 2, "y": 3}),
        ("bare", {"image": 1, "age": 2, "y": 3}),
    )
    def test_two_inputs(self, arrays):
        x, y, _ = loading.choose(arrays, stub(["image", "age"]))
        self.assertEqual((x, y), ({"image": 1, "age": 2}, 3))

    def test_two_outputs(self):
        arrays = {"x": 1, "y_digit": 2, "y_slant": 3}
        _, y, _ = loading.choose(arrays, stub(outputs=["digit", "slant"]))
        self.assertEqual(y, {"digit": 2, "slant": 3})

    @parameterized.named_parameters(
        ("none", {}, stub(), {}, "received: no arrays"),
        ("others", {"a": 1, "b": 2}, stub(), {}, "received: a, b"),
        (
            "half",
            {"x_image": 1},
            stub(["image", "age"]),
            {},
            "or as x_image, x_age",
        ),
        ("x_key", {"x": 1}, stub(), {"x_key": "a"}, "--x_key must name"),
        ("y_key", {"x": 1}, stub(), {"y_key": "a"}, "received: 'a'; there"),
    )
    def test_what_is_missing(self, arrays, model, keys, sentence):
        with self.assertRaisesRegex(CommandError, sentence):
            loading.choose(arrays, model, **keys)


if __name__ == "__main__":
    absltest.main()
