"""Tests of the rules about labels and other targets."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts.fit_call import FitCall
from tests.rules import building
from tests.rules import checking
from tests.rules.cases import labels as cases


class LabelsTest(parameterized.TestCase):
    @parameterized.named_parameters(("below", 41, 0), ("above", 39, 1))
    def test_share_of_the_frequent_class(self, rows, count):
        facts = cases.rare(rows, 400, fit=FitCall())
        found = checking.found("labels-imbalanced", facts)
        self.assertLen(found, count)

    def test_imbalance_without_the_arguments_of_fit_is_advice(self):
        (found,) = checking.found("labels-imbalanced", cases.rare(20, 400))
        self.assertEqual(found.severity, checking.ADVICE)

    def test_imbalance_shows_the_classes(self):
        facts = cases.rare(20, 400, fit=FitCall())
        (found,) = checking.found("labels-imbalanced", facts)
        (figure,) = found.figures
        self.assertEqual(figure.labels, ("0", "1"))
        self.assertEqual(figure.values, (380, 20))

    @parameterized.named_parameters(
        ("below", [0, 1, 2], 0),
        ("one_beyond", [0, 1, 3], 1),
        ("one_before", [-1, 1, 2], 1),
    )
    def test_range_of_ids(self, ids, count):
        facts = cases.classes(np.array(ids * 20))
        found = checking.found("labels-out-of-range", facts)
        self.assertLen(found, count)

    def test_a_bad_id_outside_the_sample_is_found(self):
        """The whole array is looked at, not the rows that were read."""
        whole = building.ids(900, 3)
        whole[777] = 5
        head = building.head(
            whole[:60], building.distribution(31, 3), building.SPARSE, "softmax"
        )
        target = building.Array("y", whole[:60], 900, whole, np.arange(60))
        object.__setattr__(head, "target", target)
        facts = building.facts(head)
        (found,) = checking.found("labels-out-of-range", facts)
        self.assertEqual(found.evidence["outside"], 1)
        self.assertEqual(found.evidence["labels"], 900)

    @parameterized.named_parameters(
        ("read_in_full", 100, 1), ("read_in_part", 1000, 0)
    )
    def test_one_class_of_a_stream_counts_if_all_was_read(self, rows, count):
        facts = building.facts(
            building.head(
                np.zeros(100), np.full((31, 1), 0.5), building.BINARY, "sigmoid"
            ),
            batch=10,
        )
        (x,) = facts.data.inputs
        object.__setattr__(x, "rows", rows)
        found = checking.found("labels-single-class", facts)
        self.assertLen(found, count)

    def test_an_output_without_loss_is_left_alone(self):
        made = building.distribution(31, 3)
        facts = building.facts(
            building.head(np.full(90, 7), made, name="without"),
            building.head(
                np.arange(90) % 3,
                made,
                "sparse_categorical_crossentropy",
                "softmax",
            ),
        )
        for rule in ("labels-out-of-range", "labels-wrong-encoding"):
            self.assertEmpty(checking.found(rule, facts))


if __name__ == "__main__":
    absltest.main()
