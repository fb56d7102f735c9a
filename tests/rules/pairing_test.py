"""Tests of the rules about rows: pairing, noise, copies, leakage."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts.neighbours import Signal
from keras_troubleshoot.rules import pairing
from tests.rules import building
from tests.rules import checking
from tests.rules.cases import pairing as cases
from tests.rules.cases import splits


def noise(pure_error=0.2, error=0.2, score=0.8, rows=500, consistency=0.95):
    """What neighbours say of ten classes with wrong labels."""
    return building.facts(
        signal=Signal(
            rows, 10, score, 0.1, 0.01, 0.1, 1, pure_error, error, consistency
        ),
        data=building.data(building.normal(50, 2), building.ids(50, 10)),
    )


class PairingTest(parameterized.TestCase):
    @parameterized.parameters(-3, -2, -1, 1, 2, 3)
    def test_the_mend_pairs_rows_with_their_targets(self, shift):
        x, y = cases.moved(shift)
        (found,) = checking.found("labels-misaligned", cases.paired(x, y))
        code = pairing.realigned(found.evidence["moved_by"])
        self.assertIn(code, found.fix)
        mended = {"x": x, "y": y}
        exec(code, mended)
        rows, classes = cases.clusters()
        labels = dict(zip(map(bytes, rows), classes, strict=True))
        np.testing.assert_array_equal(
            mended["y"], [labels[bytes(row)] for row in mended["x"]]
        )

    @parameterized.named_parameters(
        ("noisy", {}, 1),
        ("noise_below", {"pure_error": 0.099}, 0),
        ("noise_above", {"pure_error": 0.13}, 1),
        # Of the way from chance (0.1) to all: 34% and 36%.
        ("skill_below", {"score": 0.406}, 0),
        ("skill_above", {"score": 0.424}, 1),
        ("only_where_classes_meet", {"error": 0.4}, 0),
        ("nearly_everywhere", {"error": 0.3}, 1),
        ("classes_that_overlap", {"consistency": 0.89}, 0),
        ("too_few_rows", {"rows": 299}, 0),
    )
    def test_noise(self, changes, count):
        found = checking.found("labels-noisy", noise(**changes))
        self.assertLen(found, count)

    @parameterized.parameters(0.15, 0.2, 0.25)
    def test_share_of_wrong_labels(self, share):
        facts = cases.paired(*cases.wrong(share))
        (found,) = checking.found("labels-noisy", facts)
        self.assertAlmostEqual(found.evidence["pure_error"], share, delta=0.05)

    @parameterized.named_parameters(
        # 40% of the way from 0.1 to 0.9 ends at 0.42.
        ("below", {"left": 0.41}, 1),
        ("above", {"left": 0.43}, 0),
        ("few_rows", {"left": 0.2, "rows": 99}, 0),
    )
    def test_what_augmentation_leaves(self, case, count):
        facts = splits.augmented(**case)
        self.assertLen(checking.found("excessive-augmentation", facts), count)


if __name__ == "__main__":
    absltest.main()
