"""Next steps: the largest term first, in the order of the lecture."""

import keras
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.evaluation.learning.curve import LearningCurve
from keras_troubleshoot.facts.error_terms import ErrorDecomposition
from keras_troubleshoot.improvement.errors.analyze_errors import analyze_errors
from keras_troubleshoot.improvement.labels.label_errors import label_errors
from keras_troubleshoot.improvement.recommending import recommend
from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.finding import Kind
from keras_troubleshoot.report.finding import Severity
from keras_troubleshoot.report.report import Report

SIZES = np.array([100, 200, 400, 800, 1600])
LECTURE = dict(
    irreducible=0.25,
    train=0.27,
    validation=0.29,
    test_validation=0.32,
    test=0.34,
)


def decomposed(**errors):
    return ErrorDecomposition.from_errors(**errors, measure="error rate")


def ids(found):
    return [step.id for step in found.steps]


def model(*layers):
    return keras.Sequential([keras.Input((4,)), *layers])


class OrderTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("bias", dict(irreducible=0.01, train=0.2, test=0.22), "bigger-model"),
        ("variance", dict(irreducible=0.01, train=0.02, test=0.2), "more-data"),
        ("shift", LECTURE, "collect"),
        (
            "validation overfitting",
            dict(train=0.0, validation=0.1, test_validation=0.1, test=0.3),
            "resample-validation",
        ),
        (
            "irreducible unknown",
            dict(train=0.2, test=0.22),
            "measure-irreducible",
        ),
        (
            "training unknown",
            dict(irreducible=0.1, validation=0.4, test=0.42),
            "measure-training",
        ),
    )
    def test_first(self, errors, expected):
        self.assertEqual(recommend(decomposed(**errors)).first.id, expected)

    def test_groups_by_what_is_to_be_had(self):
        found = recommend(
            decomposed(
                irreducible=0.0,
                train=0.02,
                validation=0.12,
                test_validation=0.17,
                test=0.18,
            )
        )
        groups = list(dict.fromkeys(step.group for step in found.steps))
        self.assertEqual(
            groups,
            [
                "over-fitting",
                "distribution shift",
                "under-fitting",
                "re-balancing",
            ],
        )

    def test_lists_of_the_lecture(self):
        found = recommend(decomposed(irreducible=0, train=0.2, test=0.3))
        self.assertEqual(
            ids(found),
            [
                "bigger-model",
                "less-regularization",
                "error-analysis",
                "another-architecture",
                "tune",
                "add-features",
                "more-data",
                "normalization",
                "augmentation",
                "regularization",
                "error-analysis",
                "another-architecture",
                "tune",
            ],
        )
        self.assertEqual(
            [step.id for step in found.not_recommended],
            ["early-stopping", "remove-features", "smaller-model"],
        )

    def test_what_may_be_chance_counts_less(self):
        def first(value, interval):
            return recommend(
                ErrorDecomposition.from_errors(
                    irreducible=0.0,
                    train=value,
                    validation=value + 0.03,
                    intervals={
                        "avoidable_bias": interval,
                        "variance": (0.02, 0.04),
                    },
                )
            ).first

        likely = first(0.1, (-0.02, 0.22))
        self.assertEqual(likely.id, "bigger-model")
        self.assertFalse(likely.clear)
        self.assertIn("may be chance", likely.why)
        self.assertEqual(first(0.035, (-0.2, 0.27)).id, "more-data")
        self.assertEqual(first(0.035, (0.02, 0.05)).id, "bigger-model")

    def test_the_chance_of_a_term_is_that_of_its_confidence(self):
        def first(confidence):
            return recommend(
                ErrorDecomposition.from_errors(
                    irreducible=0.0,
                    train=0.04,
                    validation=0.072,
                    intervals={
                        "avoidable_bias": (-0.03, 0.11),
                        "variance": (0.03, 0.034),
                    },
                    confidence=confidence,
                )
            ).first.id

        # Half the interval is 1.96 deviations: 0.04 * 0.87 is above 0.032.
        self.assertEqual(first(0.95), "bigger-model")
        # And 0.67 of them: 0.04 * 0.65 is below.
        self.assertEqual(first(0.5), "more-data")

    def test_wrong_labels_are_no_bias(self):
        errors = decomposed(irreducible=0.02, train=0.15, test=0.2)
        self.assertEqual(
            recommend(errors, label_noise=0.1).first.id, "correct-labels"
        )
        self.assertEqual(
            recommend(errors, label_noise=0.03).first.id, "bigger-model"
        )

    def test_negative_terms_ask_for_nothing(self):
        found = recommend(decomposed(irreducible=0.3, train=0.2, test=0.2))
        self.assertEqual(found.steps, ())
        self.assertIn("No term is above 0", str(found))

    def test_gain_is_the_term(self):
        found = recommend(decomposed(**LECTURE))
        self.assertAlmostEqual(found.first.gain, 0.03)
        self.assertIn(
            "at most 3% of the test error of 34%", found.first.told_gain
        )


class ContextTest(parameterized.TestCase):
    def test_a_target_that_is_reached(self):
        found = recommend(decomposed(**LECTURE), target=0.34)
        self.assertTrue(found.met)
        self.assertEqual(found.steps, ())
        self.assertIs(recommend(decomposed(**LECTURE), target=0.3).met, False)

    def test_wrong_labels_take_their_place(self):
        few = recommend(decomposed(**LECTURE), label_noise=0.025)
        many = recommend(decomposed(**LECTURE), label_noise=0.2)
        self.assertEqual(many.first.id, "correct-labels")
        self.assertEqual(few.first.id, "collect")
        self.assertEqual(ids(few)[3], "correct-labels")

    def test_wrong_labels_that_were_estimated(self):
        rng = np.random.default_rng(0)
        x = rng.normal(size=(600, 2)) + 4 * rng.integers(0, 2, 600)[:, None]
        y = (x.sum(axis=1) > 4).astype(int)
        flipped = np.where(rng.random(600) < 0.1, 1 - y, y)
        found = label_errors(x, flipped)
        errors = decomposed(irreducible=0.01, train=0.12, test=0.13)
        first = recommend(errors, label_noise=found).first
        self.assertEqual(first.id, "correct-labels")
        wrong = (flipped != y).mean()
        self.assertAlmostEqual(first.gain, wrong - 0.01, delta=0.03)
        # Overlapping classes explain most of it.
        errors = ErrorDecomposition.from_errors(
            irreducible=0.08,
            train=0.09,
            test=0.14,
            intervals={"variance": (-0.01, 0.1)},
        )
        steps = ids(recommend(errors, label_noise=found))
        self.assertEqual(steps[0], "more-data")
        self.assertGreater(
            steps.index("correct-labels"), steps.index("more-data")
        )
        # Or all of it.
        errors = decomposed(irreducible=0.25, train=0.3, test=0.31)
        self.assertNotIn(
            "correct-labels", ids(recommend(errors, label_noise=found))
        )

    def test_a_model_that_has_nothing(self):
        errors = decomposed(irreducible=0.1, train=0.2, test=0.25)
        plain = model(keras.layers.Dense(3))
        found = recommend(errors, model=plain)
        self.assertNotIn("less-regularization", ids(found))
        self.assertIn("normalization", ids(found))
        self.assertIn("It has 15 weights", found.first.note)

    def test_a_model_that_has_it_all(self):
        errors = decomposed(irreducible=0.1, train=0.2, test=0.25)
        full = model(
            keras.layers.GaussianNoise(0.1),
            keras.layers.Dense(3, kernel_regularizer="l2"),
            keras.layers.BatchNormalization(),
            keras.layers.Dropout(0.3, name="drop"),
        )
        full.compile(keras.optimizers.AdamW(weight_decay=0.01), "mse")
        found = recommend(errors, model=full)
        self.assertNotIn("normalization", ids(found))
        less = found.steps[ids(found).index("less-regularization")]
        self.assertIn("Dropout 0.3 in 'drop'", less.note)
        self.assertIn("penalties on 1 of the weights", less.note)
        self.assertIn("weight decay 0.01", less.note)

    def test_findings_come_before_all_else(self):
        def report(severity):
            finding = Finding("wrong-loss", severity, Kind.ROOT, "", "It is.")
            return Report([finding])

        errors = decomposed(**LECTURE)
        sick = recommend(errors, report=report(Severity.ERROR))
        self.assertEqual(sick.first.id, "mend-findings")
        self.assertIn("wrong-loss", sick.first.why)
        healthy = recommend(errors, report=report(Severity.ADVICE))
        self.assertEqual(healthy.first.id, "collect")

    def test_what_more_data_would_bring(self):
        curve = LearningCurve.from_errors(
            [100, 200, 400, 800, 1600], 0.02 + 2.0 / np.sqrt(SIZES)
        )
        errors = decomposed(irreducible=0.01, train=0.02, test=0.07)
        first = recommend(errors, learning_curve=curve).first
        expected = 2 / np.sqrt(1600) - 2 / np.sqrt(3200)
        self.assertAlmostEqual(first.gain, expected, delta=1e-3)
        self.assertIn("twice the data would bring 1.46%", first.told_gain)

    def test_the_type_of_error_to_begin_with(self):
        class Guess:
            classes_ = np.array([0, 1])

            def predict(self, x):
                return np.zeros(len(x), int)

        x, y = np.zeros((100, 1)), np.repeat([0, 1], [96, 4])
        tags = {"night": [96, 97, 98, 99]}
        analysis = analyze_errors(Guess(), x, y, tags=tags)
        found = recommend(decomposed(**LECTURE), analysis=analysis)
        self.assertIn(
            f"Begin with {analysis.types[0].name!r}", str(found.first)
        )
        self.assertIn("worth 4% at most", found.first.action)

    def test_page(self):
        *tables, prose = recommend(decomposed(**LECTURE)).page_blocks()
        self.assertEqual([len(table.rows) for table in tables], [3, 6, 7, 1])
        self.assertEqual(tables[0].title, "Distribution shift is 3%.")
        self.assertEqual(tables[2].title, "Over-fitting: variance is 2%.")
        self.assertIn("Early stopping", prose.text)

    @parameterized.named_parameters(
        ("no decomposition", (0.3,), {}, TypeError, "decompose_error"),
        ("target in words", (), {"target": "5%"}, TypeError, "`target`"),
        ("negative target", (), {"target": -1.0}, ValueError, "at least 0"),
        ("NaN target", (), {"target": float("nan")}, ValueError, "at least 0"),
        ("noise in percent", (), {"label_noise": 10}, ValueError, "0 to 1"),
        ("no report", (), {"report": "fine"}, TypeError, "`report`"),
    )
    def test_refused(self, given, options, kind, said):
        given = given or (decomposed(**LECTURE),)
        with self.assertRaisesRegex(kind, said):
            recommend(*given, **options)


if __name__ == "__main__":
    absltest.main()
