import itertools
import json

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts import error_terms
from keras_troubleshoot.facts.error_terms import ErrorDecomposition
from keras_troubleshoot.report.page import Table

FIVE = {
    "irreducible": 0.25,
    "train": 0.27,
    "validation": 0.29,
    "test_validation": 0.32,
    "test": 0.34,
}


class FromErrorsTest(parameterized.TestCase):
    def test_the_lecture_with_two_validation_sets(self):
        found = ErrorDecomposition.from_errors(**FIVE)
        self.assertEqual(
            found.terms,
            {
                "avoidable_bias": 0.02,
                "variance": 0.02,
                "distribution_shift": 0.03,
                "validation_overfitting": 0.02,
            },
        )
        self.assertEqual(found.largest().name, "distribution_shift")
        self.assertEqual(found.irreducible, 0.25)
        self.assertEqual(found.merged, {})

    def test_the_lecture_with_one(self):
        found = ErrorDecomposition.from_errors(
            irreducible=0.01, train=0.20, validation=0.27, test=0.28
        )
        expected = {
            "avoidable_bias": 0.19,
            "variance": 0.07,
            "validation_overfitting": 0.01,
        }
        self.assertEqual(found.terms, expected)
        self.assertIn("validation_overfitting", found.merged)

    def test_in_percent(self):
        found = ErrorDecomposition.from_errors(
            irreducible=25, train=27, validation=32, test=34
        )
        self.assertEqual(list(found.terms.values()), [2, 5, 2])

    def test_any_part_may_be_missing(self):
        for count in (2, 3, 4, 5):
            for kept in itertools.combinations(FIVE, count):
                errors = {part: FIVE[part] for part in kept}
                found = ErrorDecomposition.from_errors(**errors)
                total = sum(found.terms.values()) + (found.irreducible or 0)
                self.assertAlmostEqual(total, errors[kept[-1]], msg=kept)
                self.assertLen(found.terms, len(found.details))
                self.assertNotEmpty(str(found))
                self.assertNotEmpty(found.page_blocks())

    @parameterized.named_parameters(
        ("no_training", {"validation": 0.2, "test": 0.3}),
        ("human_only", {"irreducible": 0.1, "test": 0.3}),
    )
    def test_the_sum_is_whole_without_the_training_error(self, errors):
        found = ErrorDecomposition.from_errors(**errors)
        total = sum(found.terms.values()) + (found.irreducible or 0)
        self.assertAlmostEqual(total, 0.3)

    def test_errors_as_numpy_numbers(self):
        found = ErrorDecomposition.from_errors(
            train=np.float64(0.2), test=np.float32(0.5)
        )
        self.assertEqual(found.terms, {"bias": 0.2, "variance": 0.3})

    @parameterized.named_parameters(
        ("nan", {"train": float("nan"), "test": 0.1}, ValueError),
        ("negative", {"train": -0.1, "test": 0.1}, ValueError),
        ("words", {"train": "0.1", "test": 0.1}, TypeError),
        ("a_list", {"train": [0.1], "test": 0.1}, TypeError),
        ("a_bool", {"train": True, "test": 0.1}, TypeError),
        ("an_array", {"train": np.array([0.1, 0.2]), "test": 0.1}, TypeError),
        ("one", {"train": 0.1}, ValueError),
        ("none", {}, ValueError),
    )
    def test_bad_input(self, errors, kind):
        with self.assertRaisesRegex(kind, "To mend it"):
            ErrorDecomposition.from_errors(**errors)


class TellingTest(parameterized.TestCase):
    def test_text(self):
        found = ErrorDecomposition.from_errors(
            **FIVE,
            measure="error rate",
            intervals={"distribution_shift": (0.01, 0.05)},
            rows={"train": 1000},
        )
        told = str(found)
        self.assertIn("Test error 34% (error rate) = irreducible", told)
        self.assertIn("largest term is distribution shift, 3%", told)
        self.assertIn("1 to 5%", told)
        self.assertIn("1000", told)

    def test_a_term_that_chance_can_make(self):
        for low, clear in ((-0.01, False), (0.01, True)):
            found = ErrorDecomposition.from_errors(
                train=0.0, validation=0.1, intervals={"variance": (low, 0.2)}
            )
            self.assertEqual(found.largest().clear, clear)
            self.assertEqual("chance" in str(found), not clear)

    def test_figure(self):
        found = ErrorDecomposition.from_errors(**FIVE, measure="error rate")
        figure = error_terms.error_table.waterfall(found)
        values = [value for value, _, _ in figure.values]
        self.assertAlmostEqual(sum(values[:-1]), values[-1])
        self.assertAlmostEqual(values[-1], 34)
        self.assertLen(figure.labels, 6)

    def test_page(self):
        blocks = ErrorDecomposition.from_errors(**FIVE).page_blocks()
        table = next(b for b in blocks if isinstance(b, Table))
        self.assertLen(table.rows, 5)

    def test_json(self):
        found = ErrorDecomposition.from_errors(**FIVE)
        held = json.loads(json.dumps(found.to_dict()))
        self.assertEqual(held["terms"], found.terms)
        self.assertEqual(held["irreducible"], 0.25)


if __name__ == "__main__":
    absltest.main()
