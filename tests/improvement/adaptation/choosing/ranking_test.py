import math

from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.improvement.adaptation.choosing import validators
from keras_troubleshoot.improvement.adaptation.choosing import vetoing
from keras_troubleshoot.improvement.adaptation.choosing.ranking import rank


def judged(accuracy=0.95, classes=9.0, labels=10.0, **scores):
    scores = scores or {"information_maximization": 1.0}
    return validators.Assessment(scores, accuracy, classes, labels)


class RankTest(parameterized.TestCase):
    def test_ranks_run_in_the_direction_of_each_validator(self):
        found = rank(
            {
                "a": {"entropy": 0.1, "information_maximization": 0.5},
                "b": {"entropy": 0.2, "information_maximization": 2.0},
                "c": {"entropy": 0.3, "information_maximization": 1.0},
            }
        )
        self.assertEqual(
            found.ranks,
            {
                "a": {"entropy": 1, "information_maximization": 3},
                "b": {"entropy": 2, "information_maximization": 1},
                "c": {"entropy": 3, "information_maximization": 2},
            },
        )
        self.assertEqual(found.mean_ranks, {"a": 2, "b": 1.5, "c": 2.5})
        self.assertEqual(found.order, ("b", "a", "c"))
        self.assertEqual(found.best, "b")

    def test_equal_scores_share_a_rank_and_keep_their_order(self):
        found = rank({n: {"entropy": 0.5} for n in ("z", "a", "m")})
        self.assertEqual(found.order, ("z", "a", "m"))
        self.assertEqual(set(found.mean_ranks.values()), {2.0})

    def test_scale_does_not_matter(self):
        scores = {
            n: {"source_risk": r, "deep_embedded_validation": d}
            for n, r, d in (("a", 1, -5), ("b", 2, 9), ("c", 3, -9))
        }
        grown = {
            n: {**s, "source_risk": 1000 * s["source_risk"]}
            for n, s in scores.items()
        }
        self.assertEqual(rank(scores), rank(grown))

    def test_what_was_given_is_left_alone(self):
        given = {"a": {"entropy": 0.1}, "b": {"entropy": 0.2}}
        rank(given)
        self.assertEqual(given, {"a": {"entropy": 0.1}, "b": {"entropy": 0.2}})

    def test_a_collapsed_candidate_is_not_chosen(self):
        found = rank(
            {
                "plain": judged(classes=8.0, entropy=0.9),
                "collapsed": judged(classes=1.0, entropy=0.0),
                "good": judged(classes=9.5, entropy=0.4),
            },
            reference="plain",
        )
        self.assertEqual(found.order, ("good", "plain"))
        self.assertEqual(
            found.vetoed,
            {
                "collapsed": "its decisions for the target spread over 1 "
                "classes, fewer than 4 (50% of 8)"
            },
        )
        self.assertNotIn("collapsed", found.ranks)
        told = str(found)
        self.assertIn("1. good: mean rank 1 (entropy 1)", told)
        self.assertIn("2. plain (the reference): mean rank 2", told)
        self.assertIn("-  collapsed: its decisions", told)

    def test_the_reference_is_left_where_all_others_are_vetoed(self):
        found = rank(
            {
                "plain": judged(accuracy=0.9, entropy=2.0),
                "a": judged(accuracy=0.5, entropy=0.1),
                "b": judged(classes=1.1, entropy=math.nan),
            },
            reference="plain",
        )
        self.assertEqual(found.order, ("plain",))
        self.assertLen(found.vetoed, 2)

    def test_nothing_is_left_without_a_reference(self):
        found = rank({"a": judged(entropy=math.nan)})
        self.assertIsNone(found.best)
        self.assertEqual(found.vetoed, {"a": "its entropy is not finite"})

    def test_a_reference_whose_score_is_not_finite_comes_last(self):
        found = rank(
            {"plain": judged(entropy=math.nan), "a": judged(entropy=3.0)},
            reference="plain",
        )
        self.assertEqual(found.order, ("a", "plain"))

    @parameterized.named_parameters(
        ("none", {}, {}, "at least one"),
        (
            "reference",
            {"a": {"entropy": 1}},
            {"reference": "b"},
            "`reference` must be one of",
        ),
        (
            "other_validators",
            {"a": {"entropy": 1}, "b": {"source_risk": 1}},
            {},
            "by the same validators",
        ),
        ("no_scores", {"a": {}}, {}, "by the same validators"),
        ("unknown", {"a": {"accuracy": 1}}, {}, "received: accuracy"),
    )
    def test_bad_input(self, candidates, given, told):
        with self.assertRaisesRegex(ValueError, f"{told}.*To mend it"):
            rank(candidates, **given)


class VetoesTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("as_good", 0.95, False),
        ("a_little_less", 0.86, False),
        ("broken_down", 0.85, True),
    )
    def test_source_accuracy_beside_the_reference(self, accuracy, vetoed):
        # 10% below 0.95 is 0.855; that "best" is better does not matter.
        made = {
            "plain": judged(0.95),
            "a": judged(accuracy),
            "best": judged(1.0),
        }
        found = vetoing.vetoes(made, reference="plain")
        self.assertEqual("a" in found, vetoed)
        if vetoed:
            self.assertIn(
                "85%, more than 10% below the 95% of plain", found["a"]
            )

    def test_source_accuracy_beside_the_best(self):
        made = {"a": judged(0.5), "b": judged(1.0), "c": judged(0.95)}
        found = vetoing.vetoes(made)
        self.assertEqual(list(found), ["a"])
        self.assertIn("of the best", found["a"])

    @parameterized.named_parameters(
        ("many_labels", 4.9, 10.0, 10.0, True),
        ("a_target_of_few_classes", 1.8, 2.0, 10.0, False),
        ("enough", 5.1, 10.0, 10.0, False),
        ("more_than_the_labels", 2.0, 9.0, 3.0, False),
    )
    def test_classes(self, classes, of_reference, labels, vetoed):
        made = {
            "plain": judged(classes=of_reference, labels=labels),
            "a": judged(classes=classes, labels=labels),
        }
        found = vetoing.vetoes(made, reference="plain")
        self.assertEqual("a" in found, vetoed)

    def test_one_of_two_classes_is_a_collapse(self):
        made = {
            "a": judged(classes=1.0, labels=2.0),
            "b": judged(classes=1.4, labels=2.0),
        }
        self.assertEqual(list(vetoing.vetoes(made)), ["a"])

    def test_numbers_have_no_vetoes(self):
        made = {"a": judged(None, None, None), "b": judged(None, None, None)}
        self.assertEqual(vetoing.vetoes(made), {})

    def test_limits_may_be_moved(self):
        made = {"plain": judged(1.0), "a": judged(0.8, 3.0)}
        found = vetoing.vetoes(
            made, reference="plain", accuracy_loss=0.3, classes_share=0.2
        )
        self.assertEqual(found, {})


if __name__ == "__main__":
    absltest.main()
