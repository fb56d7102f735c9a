import numpy as np
from absl.testing import absltest

from keras_troubleshoot.facts import data
from keras_troubleshoot.facts import fit_call
from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.facts.facts import Unavailable
from keras_troubleshoot.facts.sample import Sample


class Counting:
    """Counts how often it is asked."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = 0

    def __call__(self):
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class FactsTest(absltest.TestCase):
    def test_measured_when_first_asked_for_and_once(self):
        for answer in (42, None):
            source = Counting(answer)
            facts = Facts(data=source)
            self.assertEqual(source.asked, 0)
            self.assertEqual((facts.data, facts.data), (answer, answer))
            self.assertEqual(source.asked, 1)

    def test_what_cannot_be_had_is_asked_for_once(self):
        for answer in (Unavailable("too few rows"), ValueError("broken")):
            source = Counting(answer)
            facts = Facts(signal=source)
            for _ in range(2):
                with self.assertRaisesRegex(type(answer), str(answer)):
                    print(facts.signal)
            self.assertEqual(source.asked, 1)

    def test_a_given_reason(self):
        facts = Facts(validation=Unavailable("an empty array"))
        with self.assertRaisesRegex(Unavailable, "an empty array"):
            print(facts.validation)

    def test_get(self):
        facts = Facts(a=1, b=Unavailable("no"))
        self.assertEqual(facts.get("a"), 1)
        self.assertIsNone(facts.get("b"))
        self.assertIsNone(facts.get("c"))

    def test_reasons(self):
        with self.assertRaisesRegex(Unavailable, "`fit` was not called"):
            print(Facts().fit)
        with self.assertRaisesRegex(Unavailable, "no anything"):
            print(Facts().anything)

    def test_add(self):
        facts = Facts(a=1)
        facts.add(a=2, b=lambda: facts.a + 1)
        self.assertEqual((facts.a, facts.b), (2, 3))

    def test_private_names_are_no_facts(self):
        with self.assertRaises(AttributeError):
            print(Facts()._private)


class DataTest(absltest.TestCase):
    def test_profile(self):
        x = {"b": np.zeros((9, 2)), "a": np.ones((9, 3, 3))}
        weight = np.ones(9)
        got = data.profile(
            Sample(
                x,
                [np.zeros(9), np.ones((9, 1))],
                weight,
                rows=90,
                lengths={"x['a']": 80},
                whole=(x, None, None),
            )
        )
        self.assertEqual(
            [(a.name, a.shape) for a in got.inputs],
            [("x['a']", (80, 3, 3)), ("x['b']", (90, 2))],
        )
        self.assertIs(got.inputs[1].whole, x["b"])
        self.assertEqual([a.name for a in got.targets], ["y[0]", "y[1]"])
        self.assertEqual([a.name for a in got.weights], ["sample_weight"])
        self.assertEqual((got.rows, got.sampled), (80, 9))
        self.assertFalse(got.streamed)

    def test_usable_rows(self):
        x, y = np.zeros((5, 2)), np.zeros(5)
        x[1, 1], y[3] = np.nan, np.inf
        got = data.profile(Sample(x, y)).usable
        np.testing.assert_array_equal(got, [1, 0, 1, 0, 1])

    def test_usable_rows_of_unequal_arrays(self):
        got = data.profile(Sample(np.zeros((5, 2)), np.zeros(3))).usable
        self.assertLen(got, 3)


class FitCallTest(absltest.TestCase):
    def test_defaults(self):
        got = fit_call.describe({"x": 1})
        self.assertEqual(
            (got.epochs, got.batch_size, got.shuffle, got.validated),
            (1, 32, True, False),
        )

    def test_given(self):
        got = fit_call.describe(
            {
                "epochs": 3,
                "batch_size": 8,
                "shuffle": False,
                "validation_split": 0.5,
                "class_weight": {0: 1},
            }
        )
        self.assertEqual((got.epochs, got.batch_size), (3, 8))
        self.assertFalse(got.shuffle)
        self.assertTrue(got.validated)
        self.assertEqual(got.class_weight, {0: 1})

    def test_cut_as_keras_does(self):
        from keras.src.trainers.data_adapters import array_slicing

        for rows, share in ((10, 0.25), (7, 0.5), (3, 0.1), (100, 0.29)):
            x = {"a": np.arange(rows)}
            (one,), (other,) = (
                array_slicing.train_validation_split(
                    (x,), validation_split=share
                )
                if rows * share >= 1
                else ((None,), (None,))
            )
            if one is None:
                continue
            got = fit_call.cut(x, share)
            np.testing.assert_array_equal(got[0]["a"], one["a"])
            np.testing.assert_array_equal(got[1]["a"], other["a"])


class StructureTest(absltest.TestCase):
    def test_order_is_that_of_keras(self):
        import keras

        nested = {"b": [1, (2, 3)], "a": {"z": 4, "y": 5}}
        leaves = [leaf for _, leaf in nests.leaves(nested, "x", True)]
        self.assertEqual(leaves, keras.tree.flatten(nested))

    def test_map(self):
        nested = {"a": [1, None], "b": (2,)}
        got = nests.transform(lambda v: 10 * v, nested)
        self.assertEqual(got, {"a": [10, None], "b": (20,)})


if __name__ == "__main__":
    absltest.main()
