import keras
from absl.testing import absltest
from absl.testing import parameterized
from keras import layers

from keras_troubleshoot.facts import necks
from tests.facts import running

TABLE = running.numbers(40, 6)


def found(build):
    run = running.record(running.functional((6,), build), TABLE)
    return [(n.layer, n.width, n.inputs) for n in necks.necks(run)]


def dense(name, units, activation="relu"):
    return layers.Dense(units, activation, name=name)


class NecksTest(parameterized.TestCase):
    def test_row(self):
        seen = found(lambda x: dense("c", 3)(dense("b", 2)(dense("a", 8)(x))))
        self.assertEqual(seen, [("a", 8, 6), ("b", 2, 8)])

    @parameterized.named_parameters(
        (
            "skip",
            lambda x: dense("c", 3)(
                layers.Concatenate()([x, dense("a", 2)(x)])
            ),
        ),
        (
            "gate",
            lambda x: dense("c", 3)(x * dense("b", 6)(dense("a", 2)(x))),
        ),
        (
            "two_outputs",
            lambda x: [dense("c", 3)(dense("a", 2)(x)), dense("d", 1)(x)],
        ),
    )
    def test_something_leads_around(self, build):
        self.assertEmpty(found(build))

    def test_behind_the_skip(self):
        def build(x):
            joined = layers.Concatenate()([x, dense("a", 2)(x)])
            return dense("d", 3)(dense("c", 4)(joined))

        self.assertEqual(found(build), [("c", 4, 8)])

    def test_width_of_pictures(self):
        model = keras.Sequential(
            [
                layers.Conv2D(2, 3, name="a"),
                layers.Flatten(),
                layers.Dense(1),
            ]
        )
        [one] = necks.necks(running.record(model, running.numbers(40, 6, 6, 1)))
        self.assertEqual((one.layer, one.width, one.inputs), ("a", 32, 9))


if __name__ == "__main__":
    absltest.main()
