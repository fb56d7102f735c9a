"""Tests of the rules about what predictions depend on."""

from absl.testing import absltest
from absl.testing import parameterized

from tests.rules import building
from tests.rules import checking
from tests.rules.cases import dependence as cases


class DependenceTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("mask_below", "mask-ignored", cases.padding(0.049), 0),
        ("mask_above", "mask-ignored", cases.padding(0.051), 1),
        ("no_padding", "mask-ignored", cases.padding(0.3, padded=0.009), 0),
        ("leak_below", "causality-violated", cases.ahead(0.0009), 0),
        ("leak_above", "causality-violated", cases.ahead(0.0011), 1),
        (
            "ids_within",
            "embedding-index-out-of-range",
            cases.looked_up(0.0, 99.0),
            0,
        ),
        (
            "ids_beyond",
            "embedding-index-out-of-range",
            cases.looked_up(0.0, 100.0),
            1,
        ),
    )
    def test_limits(self, rule, facts, count):
        self.assertLen(checking.found(rule, facts), count)

    @parameterized.named_parameters(
        # A single column of a table counts; of wide rows a quarter.
        ("table", (64,), 1, 1),
        ("wide_below", (65,), 16, 0),
        ("wide_above", (65,), 17, 1),
        ("picture_below", (8, 8), 15, 0),
        ("picture_above", (8, 8), 16, 1),
    )
    def test_features_that_count(self, shape, silent, count):
        facts = cases.ignored(building.normal(40, *shape), *range(silent))
        self.assertLen(checking.found("input-ignored", facts), count)

    def test_many_positions_are_cut_short(self):
        facts = cases.ignored(building.normal(40, 20, 20), *range(200))
        (found,) = checking.found("input-ignored", facts)
        self.assertLen(found.evidence["positions"], 50)
        self.assertIn("...", found.summary)


if __name__ == "__main__":
    absltest.main()
