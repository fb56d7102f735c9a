import itertools

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from scipy import stats

from keras_troubleshoot.improvement.errors import contrast


class PMoreTest(parameterized.TestCase):
    @parameterized.parameters((12, 5), (40, 13), (55, 20))
    def test_right_or_wrong_is_fishers_exact_test(self, rows, wrong):
        p = contrast.p_more(rows, wrong, 100, 20, 20, exact=True)
        table = [[wrong, rows - wrong], [20 - wrong, 80 - rows + wrong]]
        expected = stats.fisher_exact(table, "greater")[1]
        self.assertAlmostEqual(float(p), expected)

    def test_what_is_hardly_more_than_expected_is_told_as_one(self):
        p = contrast.p_more(40, 9, 100, 20, 20, exact=True)
        self.assertEqual(float(p), 1.0)

    @parameterized.parameters(0, 1)
    def test_ranks_are_the_test_of_mann_and_whitney(self, seed):
        rng = np.random.default_rng(seed)
        # Ties, and a few huge numbers.
        errors = np.append(
            rng.integers(0, 6, 80), 10.0 ** rng.integers(1, 9, 20)
        )
        inside = rng.random(100) < 0.3
        ranks = stats.rankdata(errors)
        p = contrast.p_more(
            *(inside.sum(), ranks[inside].sum()),
            *(100, ranks.sum(), (ranks**2).sum()),
            exact=False,
        )
        expected = stats.mannwhitneyu(
            errors[inside],
            errors[~inside],
            alternative="greater",
            use_continuity=False,
            method="asymptotic",
        ).pvalue
        self.assertAlmostEqual(float(p), expected, places=10)

    def test_all_rows_and_no_rows_say_nothing(self):
        p = contrast.p_more([100, 0], [20, 0], 100, 20, 20, exact=True)
        self.assertEqual(p.tolist(), [1.0, 1.0])


class HolmTest(absltest.TestCase):
    def test_rejects_what_closed_testing_rejects(self):
        rng = np.random.default_rng(0)
        for _ in range(50):
            p = rng.random(4) ** 3
            np.testing.assert_allclose(contrast.holm(p), closed(p))

    def test_tests_that_gave_one_count(self):
        found = contrast.holm(np.array([0.001, np.nan]), tests=10)
        np.testing.assert_allclose(found, [0.01, np.nan])


def closed(p):
    """The closure of Bonferroni's tests of all intersections."""
    found = []
    for place in range(len(p)):
        others = [i for i in range(len(p)) if i != place]
        sets = itertools.chain.from_iterable(
            itertools.combinations(others, size) for size in range(len(p))
        )
        values = [
            min(1.0, (1 + len(some)) * min(p[place], *p[list(some)], 1.0))
            for some in sets
        ]
        found.append(max(values))
    return np.array(found)


if __name__ == "__main__":
    absltest.main()
