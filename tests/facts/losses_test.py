import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers
from keras import ops

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import loss_behaviour
from keras_troubleshoot.facts import losses
from tests.facts import running

ROWS = 23


class Squares(keras.losses.Loss):
    """Of the user; Keras does not match the ranks of its arguments."""

    def call(self, y, y_pred):
        return ops.mean(ops.square(y - y_pred))


class Backwards(keras.losses.Loss):
    def call(self, y, y_pred):
        return -ops.mean(ops.square(y - y_pred), axis=-1)


class Summed(keras.losses.Loss):
    def call(self, y, y_pred):
        return ops.sum(ops.square(y - y_pred))


class FixedSize(keras.losses.Loss):
    def call(self, y, y_pred):
        return ops.mean(ops.reshape(y - y_pred, (ROWS, 1)))


def rewarding(y, y_pred):
    """The sign that is missing is that of the logarithm."""
    return ops.mean(y * ops.log(ops.clip(y_pred, 1e-3, 1)), axis=-1)


def squared_error(y, y_pred):
    return ops.mean(ops.square(y - y_pred), axis=-1)


def resolved(loss):
    """The loss as `compile` resolves it."""
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    model.compile(loss=loss)
    pair = tf.zeros((4, 1)), tf.zeros((4, 1))
    return keras_internals.loss_parts(model, *pair)[0][0]


def tried(loss, y, y_pred):
    model = keras.Sequential([keras.Input((3,)), layers.Dense(1)])
    looked = running.runner(model, running.numbers(ROWS, 3))
    return loss_behaviour.behaviour(
        loss, tf.constant(y), tf.constant(y_pred), looked
    )


class DescribeTest(parameterized.TestCase):
    @parameterized.parameters(
        ("sparse_categorical_crossentropy", "sparse", False),
        ("categorical_crossentropy", "categorical", False),
        ("binary_crossentropy", "binary", False),
        ("binary_focal_crossentropy", "binary", False),
        ("categorical_focal_crossentropy", "categorical", False),
        ("mse", "regression", None),
        ("mae", "regression", None),
        ("mape", "regression", None),
        ("msle", "regression", None),
        ("huber", "regression", None),
        ("log_cosh", "regression", None),
        ("hinge", "hinge", None),
        ("squared_hinge", "hinge", None),
        ("categorical_hinge", "categorical_hinge", None),
        ("kl_divergence", "divergence", None),
        ("poisson", "count", None),
        ("cosine_similarity", "direction", None),
        ("dice", "overlap", None),
        ("tversky", "overlap", None),
    )
    def test_by_name(self, name, kind, from_logits):
        got = losses.describe(resolved(name))
        self.assertEqual((got.kind, got.from_logits), (kind, from_logits))
        self.assertFalse(got.own_class)

    def test_no_loss_of_keras_is_unknown(self):
        """Fails when Keras gets a loss that `KINDS` does not know."""
        unknown = []
        for name, cls in vars(keras.losses).items():
            if not isinstance(cls, type) or cls is keras.losses.Loss:
                continue
            if name in ("CTC", "Circle") or name.endswith("Wrapper"):
                continue
            if losses.describe(cls()).kind in ("other", "custom"):
                unknown.append(name)
        self.assertEqual(unknown, [])

    @parameterized.parameters(
        (keras.losses.SparseCategoricalCrossentropy, "sparse"),
        (keras.losses.CategoricalCrossentropy, "categorical"),
        (keras.losses.BinaryCrossentropy, "binary"),
        (keras.losses.CategoricalFocalCrossentropy, "categorical"),
    )
    def test_objects(self, cls, kind):
        for flag in (True, False):
            got = losses.describe(resolved(cls(from_logits=flag)))
            self.assertEqual((got.kind, got.from_logits), (kind, flag))
            self.assertTrue(got.cross_entropy)

    def test_options(self):
        loss = keras.losses.CategoricalCrossentropy(
            label_smoothing=0.25, reduction="sum"
        )
        got = losses.describe(resolved(loss), weight=2)
        self.assertEqual((got.smoothing, got.reduction), (0.25, "sum"))
        self.assertEqual(got.weight, 2.0)
        loss = keras.losses.SparseCategoricalCrossentropy(ignore_class=0)
        self.assertEqual(losses.describe(resolved(loss)).ignore_class, 0)

    def test_function_of_keras(self):
        loss = keras.losses.binary_crossentropy
        got = losses.describe(resolved(loss))
        self.assertEqual((got.kind, got.from_logits), ("binary", False))

    def test_of_the_user(self):
        got = losses.describe(resolved(squared_error))
        self.assertEqual((got.name, got.kind), ("squared_error", "custom"))
        self.assertFalse(got.own_class)
        got = losses.describe(resolved(Squares()))
        self.assertEqual((got.name, got.kind), ("squares", "custom"))
        self.assertTrue(got.own_class)
        self.assertIsNone(got.from_logits)

    def test_subclass_of_one_of_keras(self):
        class Weighted(keras.losses.BinaryCrossentropy):
            def call(self, y, y_pred):
                return 3 * super().call(y, y_pred)

        class Renamed(keras.losses.BinaryCrossentropy):
            pass

        self.assertEqual(losses.describe(resolved(Weighted())).kind, "custom")
        self.assertEqual(losses.describe(resolved(Renamed())).kind, "binary")

    def test_lambda(self):
        got = losses.describe(resolved(lambda y, p: ops.mean(y - p)))
        self.assertEqual(got.kind, "custom")


class BehaviourTest(parameterized.TestCase):
    def test_value_at_the_start(self):
        y, made = running.numbers(ROWS, 1), running.numbers(ROWS, 1, seed=1)
        for loss in (resolved("mse"), Squares(), resolved(squared_error)):
            got, complaint = tried(loss, y, made)
            self.assertAlmostEqual(got.start, np.mean((y - made) ** 2), 4)
            self.assertEqual((complaint, got.broadcasts), ("", ()))

    def test_broadcasts(self):
        y, made = running.numbers(ROWS), running.numbers(ROWS, 1, seed=1)
        got, _ = tried(Squares(), y, made)
        self.assertEqual(got.broadcasts, ((ROWS, ROWS),))
        self.assertAlmostEqual(got.start, np.mean((y - made) ** 2), 4)
        self.assertAlmostEqual(
            got.matched, np.mean((y[:, None] - made) ** 2), 4
        )

    def test_other_way_round(self):
        y, made = running.numbers(ROWS, 1), running.numbers(ROWS, seed=1)
        got, _ = tried(Squares(), y, made)
        self.assertEqual(got.broadcasts, ((ROWS, ROWS),))

    @parameterized.named_parameters(
        ("keras", lambda: resolved("mse")),
        ("function", lambda: resolved(squared_error)),
    )
    def test_keras_matches_ranks_of_functions(self, make):
        y, made = running.numbers(ROWS), running.numbers(ROWS, 1, seed=1)
        got, _ = tried(make(), y, made)
        self.assertEqual(got.broadcasts, ())

    def test_pairwise_on_purpose(self):
        """A contrastive loss compares each row with each, by a product."""

        class Contrastive(keras.losses.Loss):
            def call(self, y, y_pred):
                scores = ops.matmul(y_pred, ops.transpose(y_pred))
                return ops.mean(ops.logsumexp(scores, axis=-1))

        y = running.numbers(ROWS, 1)
        got, _ = tried(Contrastive(), y, running.numbers(ROWS, 4))
        self.assertEqual(got.broadcasts, ())

    @parameterized.parameters((Summed, 2.0), (Squares, 1.0))
    def test_batch_taken_twice(self, cls, ratio):
        y, made = running.numbers(ROWS, 1), running.numbers(ROWS, 1, seed=1)
        got, _ = tried(cls(), y, made)
        self.assertAlmostEqual(got.twice / got.start, ratio, 4)

    def test_reduction_by_sum(self):
        loss = resolved(squared_error)
        loss.reduction = "sum"
        y, made = running.numbers(ROWS, 1), running.numbers(ROWS, 1, seed=1)
        got, _ = tried(loss, y, made)
        self.assertAlmostEqual(got.twice / got.start, 2, 4)

    @parameterized.named_parameters(
        ("numbers", running.numbers(ROWS, 1)),
        ("labels", np.arange(ROWS).reshape(-1, 1).astype("float32") % 2),
        ("ids", np.arange(ROWS).reshape(-1, 1).astype("int64") % 2),
        ("one_hot", np.eye(4, dtype="float32")[np.arange(ROWS) % 4]),
    )
    def test_ladder(self, y):
        """Of a right loss it rises, of one with the wrong sign it falls."""
        made = running.numbers(*y.shape, seed=1)

        def right(a, b):
            return ops.mean(ops.square(ops.cast(a, "float32") - b))

        def wrong(a, b):
            return -right(a, b)

        for function, sign in ((right, 1), (wrong, -1)):
            got, _ = tried(resolved(function), y, made)
            steps = np.diff(got.ladder) * sign
            self.assertGreater(steps.min(), 0)
            self.assertLen(got.ladder, 4)

    def test_ladder_of_a_likelihood(self):
        y = np.eye(4, dtype="float32")[np.arange(ROWS) % 4]
        made = np.full((ROWS, 4), 0.25, "float32")
        got, _ = tried(resolved(rewarding), y, made)
        self.assertLess(np.diff(got.ladder).max(), 0)
        got, _ = tried(Backwards(), running.numbers(ROWS, 1), made[:, :1])
        self.assertLess(np.diff(got.ladder).max(), 0)

    def test_no_ladder_where_nothing_is_known_to_be_right(self):
        y, made = running.numbers(ROWS, 1), running.numbers(ROWS, 4)
        loss = resolved(lambda a, b: ops.mean(b * a))
        got, _ = tried(loss, y, made)
        self.assertEqual(got.ladder, ())
        y[3] = np.nan
        got, _ = tried(Squares(), y, running.numbers(ROWS, 1))
        self.assertEqual(got.ladder, ())

    def test_loss_of_a_fixed_size_is_judged_by_its_start(self):
        y, made = running.numbers(ROWS, 1), running.numbers(ROWS, 1, seed=1)
        got, complaint = tried(FixedSize(), y, made)
        self.assertIsNone(got.twice)
        self.assertEqual(complaint, "")
        self.assertAlmostEqual(got.start, np.mean(y - made), 4)

    def test_what_keras_does_is_not_tried_at_length(self):
        y, made = running.numbers(ROWS, 1), running.numbers(ROWS, 1, seed=1)
        got, _ = tried(resolved("mse"), y, made)
        self.assertIsNone(got.twice)
        self.assertEqual(got.ladder, ())

    def test_refused(self):
        y, made = running.numbers(ROWS, 3), running.numbers(ROWS, 2)
        got, complaint = tried(Squares(), y, made)
        self.assertIsNone(got)
        self.assertIn("3", complaint)
        self.assertNotIn("\n", complaint)

    def test_state_of_a_loss_stays(self):
        class Counting(keras.losses.Loss):
            def __init__(self):
                super().__init__()
                self.calls = keras.Variable(0.0)

            def call(self, y, y_pred):
                self.calls.assign_add(1.0)
                return ops.mean(y - y_pred)

        loss = Counting()
        tried(loss, running.numbers(ROWS, 1), running.numbers(ROWS, 1))
        self.assertEqual(float(loss.calls), 0)


if __name__ == "__main__":
    absltest.main()
