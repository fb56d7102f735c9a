import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot.facts import passes
from keras_troubleshoot.facts import recorder
from keras_troubleshoot.facts.facts import Unavailable
from keras_troubleshoot.facts.sample import Sample
from tests.facts import running


class Caught(keras.Model):
    """Goes on after an error inside a layer."""

    def __init__(self):
        super().__init__()
        self.first = layers.Dense(2, name="first")
        self.last = layers.Dense(1, name="last")

    def call(self, x):
        self.first(x)
        try:
            self.first(tf.zeros((2, 99)))
        except ValueError:
            pass
        return self.last(x)


class Recalling(Caught):
    def call(self, x):
        return self.last(self.first(self.first(x)[:, :1] * tf.ones((1, 3))))


class RecorderTest(absltest.TestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.inner = keras.Sequential(
            [layers.Dense(4, "relu", name="hidden")], name="inner"
        )
        cls.model = keras.Sequential(
            [keras.Input((3,)), cls.inner, layers.Dense(1, name="end")]
        )
        cls.x = running.numbers(40, 3)
        cls.done = running.record(cls.model, cls.x)

    def test_outputs_are_those_of_the_model(self):
        rows = len(self.done.outputs)
        np.testing.assert_array_equal(
            self.done.outputs, self.model(self.x[:rows])
        )

    def test_calls_in_their_order_with_their_depth(self):
        calls = [(c.layer.name, c.depth) for c in self.done.recorder.calls]
        names = [name for name, _ in calls]
        self.assertLess(names.index("hidden"), names.index("inner"))
        self.assertLess(names.index("inner"), names.index("end"))
        self.assertEqual(names[-1], self.model.name)
        depth = dict(calls)
        self.assertEqual(depth[self.model.name], 0)
        self.assertEqual(depth["hidden"], depth["inner"] + 1)
        self.assertEqual(self.done.recorder.open, [])

    def test_operations_know_their_layer(self):
        relu = [o for o in self.done.recorder.operations if o.type == "Relu"]
        self.assertLen(relu, 1)
        self.assertEqual(relu[0].layer, "hidden")
        self.assertIs(self.done.recorder.maker(relu[0].outputs[0]), relu[0])

    def test_each_tensor_was_made_once(self):
        operations = self.done.recorder.operations
        ids = [id(t) for o in operations for t in o.outputs]
        self.assertLen(set(ids), len(ids))

    def test_returned_by_is_innermost_first(self):
        call = next(
            c for c in self.done.recorder.calls if c.layer.name == "hidden"
        )
        names = [
            layer.name
            for layer in self.done.recorder.returned_by(call.outputs[0])
        ]
        self.assertEqual(names[:2], ["hidden", "inner"])

    def test_after_a_caught_error_calls_still_match(self):
        done = running.record(Caught(), self.x)
        calls = {c.layer.name: c for c in done.recorder.calls}
        self.assertEqual(calls["last"].depth, 1)
        self.assertEqual(calls["last"].inputs[0].shape[1:], (3,))
        self.assertEqual(done.recorder.open, [])
        within = {o.type: o.layer for o in done.recorder.operations}
        self.assertEqual(within["MatMul"], "last")

    def test_layer_that_is_called_twice(self):
        done = running.record(Recalling(), self.x)
        names = [c.layer.name for c in done.recorder.calls]
        self.assertEqual(names.count("first"), 2)

    def test_stop(self):
        listener = recorder.Recorder(stop_after=self.inner)
        with self.assertRaises(recorder.Stop) as caught:
            with listener.listening():
                self.model(self.x)
        self.assertEqual(caught.exception.outputs.shape, (40, 4))
        self.assertEqual(self.model(self.x).shape, (40, 1))

    def test_tensors(self):
        one, two = tf.ones(1), np.ones(2)
        nested = ({"a": one, "b": None}, ["text", (two,)], 3)
        self.assertEqual([len(t) for t in recorder.tensors(nested)], [1, 2])


class LateTest(absltest.TestCase):
    """A layer that is built only when it is trained."""

    class Block(layers.Layer):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(2, name="late")

        def call(self, x):
            return self.dense(x)

    class Model(keras.Model):
        def __init__(self):
            super().__init__()
            self.block = LateTest.Block()
            self.end = layers.Dense(1)

        def call(self, x, training=False):
            return self.end(self.block(x) if training else x[:, :2])

    def test_building_is_passed_over(self):
        model = self.Model()
        done = running.record(model, running.numbers(40, 3), training=True)
        calls = [c for c in done.recorder.calls if c.layer.name == "late"]
        self.assertLen(calls, 1)
        for operation in done.recorder.operations:
            for tensor in operation.outputs:
                self.assertTrue(hasattr(tensor, "numpy"))


class RunnerTest(parameterized.TestCase):
    @parameterized.parameters(
        (4000, (3,), 31),
        (30, (3,), 29),
        (4, (3,), 4),
        (4000, (31, 2), 29),
        (4000, (100, 100, 3), 17),
        (4000, (500, 500, 3), 5),
    )
    def test_choose_rows(self, available, shape, expected):
        x = np.broadcast_to(np.zeros(1, "float32"), (available, *shape))
        got = passes.choose_rows(keras.Model(), Sample(x))
        self.assertEqual(got, expected)

    def test_fixed_batch(self):
        model = keras.Sequential(
            [keras.Input((3,), batch_size=6), layers.Dense(1)]
        )
        self.assertEqual(passes.choose_rows(model, Sample(np.zeros((9, 3)))), 6)
        with self.assertRaisesRegex(Unavailable, "batches of 6 rows.*only 5"):
            passes.choose_rows(model, Sample(np.zeros((5, 3))))

    @parameterized.parameters(
        ("float64", "float32"),
        ("float32", "float32"),
        ("int64", "int64"),
        ("bool", "bool"),
        ("uint8", "uint8"),
    )
    def test_as_fed_as_keras_does(self, given, fed):
        array = np.zeros((4, 3), given)
        self.assertEqual(passes.as_fed(array).dtype.name, fed)
        adapter = keras.src.trainers.data_adapters.array_data_adapter
        dataset = adapter.ArrayDataAdapter(array).get_tf_dataset()
        self.assertEqual(next(iter(dataset))[0].dtype.name, fed)

    def test_failure_names_the_layers(self):
        model = keras.Sequential(
            [
                layers.Dense(4),
                keras.Sequential([layers.Reshape((3,), name="bad")]),
            ]
        )
        done = running.runner(model, running.numbers(40, 3)).record()
        self.assertEqual(done.failure.phase, "forward")
        name, kind, shapes = done.failure.layers[-1]
        self.assertEqual((name, kind), ("bad", "Reshape"))
        self.assertEqual(shapes[0][1:], (4,))
        self.assertNotIn("\n", done.failure.message)
        self.assertNotIn("Arguments received", done.failure.message)

    def test_call_that_returns_nothing(self):
        class Empty(keras.Model):
            def call(self, x):
                return None

        done = running.runner(Empty(), running.numbers(40, 3)).record()
        self.assertIn("NoneType", done.failure.message)

    def test_training(self):
        model = keras.Sequential([layers.Dropout(0.5)])
        x = np.ones((40, 30), "float32")
        self.assertTrue((running.record(model, x).outputs == 1).numpy().all())
        dropped = running.record(model, x, training=True).outputs
        self.assertFalse((dropped == 1).numpy().all())

    def test_first_lines(self):
        error = ValueError(
            "Exception encountered when calling Dense.call().\n\n"
            "\x1b[1mInput 0 is wrong.\x1b[0m\n\n"
            "Arguments received by Dense.call():\n  • inputs=1"
        )
        self.assertEqual(passes.first_lines(error), "Input 0 is wrong.")
        self.assertEqual(passes.first_lines(KeyError()), "KeyError.")


if __name__ == "__main__":
    absltest.main()
