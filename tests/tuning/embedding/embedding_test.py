import keras_tuner
import numpy as np
from absl.testing import absltest

from keras_troubleshoot.tuning.embedding.conditions import active
from keras_troubleshoot.tuning.embedding.conditions import filled
from keras_troubleshoot.tuning.embedding.embedding import Embedding


def space():
    hp = keras_tuner.HyperParameters()
    hp.Float("rate", 1e-4, 1.0, sampling="log")
    hp.Fixed("seed", 3)
    hp.Choice("kind", ["mlp", "cnn", "rnn"])
    for kind in ("mlp", "cnn"):
        with hp.conditional_scope("kind", [kind]):
            hp.Int("units", 1, 10)
    with hp.conditional_scope("kind", ["cnn"]):
        hp.Boolean("pool")
        with hp.conditional_scope("pool", [True]):
            hp.Choice("size", [2, 3])
    return hp.space


class EmbeddingTest(absltest.TestCase):
    def test_columns(self):
        embedding = Embedding(space())
        self.assertEqual(
            embedding.names,
            (
                "rate",
                "kind=mlp",
                "kind=cnn",
                "kind=rnn",
                "units [kind=mlp]",
                "units [kind=mlp] is on",
                "units [kind=cnn]",
                "units [kind=cnn] is on",
                "pool=True",
                "pool=False",
                "pool is on",
                "size",
                "size is on",
            ),
        )
        self.assertEqual(
            embedding.owners, (0, 2, 2, 2, 3, 3, 4, 4, 5, 5, 5, 6, 6)
        )

    def test_rows(self):
        rows = Embedding(space()).encode(
            [
                {"rate": 1e-2, "seed": 3, "kind": "rnn"},
                {"rate": 1e-4, "kind": "mlp", "units": 10},
                {"rate": 1, "kind": "cnn", "units": 1, "pool": True, "size": 3},
            ]
        )
        half = [0.5, 0.5]
        np.testing.assert_allclose(
            rows,
            [
                [0.5, 0, 0, 1, 0.5, 0, 0.5, 0, *half, 0, 0.5, 0],
                [0, 1, 0, 0, 0.95, 1, 0.5, 0, *half, 0, 0.5, 0],
                [1, 0, 1, 0, 0.5, 0, 0.05, 1, 1, 0, 1, 0.75, 1],
            ],
        )

    def test_what_registers_late_had_its_default(self):
        row = Embedding(space()).encode([{"kind": "rnn"}])[0]
        self.assertEqual(row[0], 0.0)

    def test_nothing_to_encode(self):
        self.assertEqual(Embedding(space()).encode([]).shape, (0, 13))
        self.assertEqual(Embedding([]).encode([{}, {}]).shape, (2, 0))

    def test_active(self):
        on = active(space(), {"kind": "cnn", "pool": False})
        self.assertEqual(on, [True, True, True, False, True, True, False])

    def test_filled_asks_of_the_active_alone(self):
        asked = []

        def last(hp, number):
            asked.append(number)
            return list(hp.values)[-1]

        values = filled(space(), last)
        self.assertEqual(asked, [0, 1, 2])
        self.assertEqual(values["kind"], "rnn")


if __name__ == "__main__":
    absltest.main()
