import math

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.improvement.adaptation.choosing import formulas


def drawn(rows, classes, seed=0):
    """Probabilities of random logits."""
    logits = 3 * np.random.default_rng(seed).normal(size=(rows, classes))
    made = np.exp(logits)
    return made / made.sum(axis=1, keepdims=True)


def slow_density(vectors, temperature):
    """The published formula, pair by pair."""
    total = 0.0
    for i, one in enumerate(vectors):
        weights = [
            math.exp(
                sum(a * b for a, b in zip(one, other, strict=True))
                / (math.hypot(*one) * math.hypot(*other))
                / temperature
            )
            for j, other in enumerate(vectors)
            if j != i
        ]
        shares = [w / sum(weights) for w in weights]
        total -= sum(s * math.log(s) for s in shares if s)
    return total / len(vectors)


class FormulasTest(parameterized.TestCase):
    def test_entropy_is_that_of_each_row(self):
        made = drawn(20, 5)
        expected = [-sum(p * math.log(p) for p in row) for row in made]
        np.testing.assert_allclose(formulas.entropies(made), expected)

    @parameterized.parameters(2, 3, 10)
    def test_special_cases_of_entropy(self, classes):
        even = np.full((4, classes), 1 / classes)
        self.assertAlmostEqual(
            formulas.entropies(even).mean(), math.log(classes)
        )
        self.assertEqual(formulas.entropies(np.eye(classes)).max(), 0.0)

    @parameterized.named_parameters(
        ("sure_and_diverse", np.eye(4), math.log(4)),
        ("collapsed", np.eye(4)[[0] * 5], 0.0),
        ("unsure", np.full((5, 4), 0.25), 0.0),
        ("two_of_four", np.eye(4)[[0, 1, 0, 1]], math.log(2)),
    )
    def test_information_by_hand(self, shares, expected):
        self.assertAlmostEqual(formulas.information(shares), expected)

    def test_information_is_the_mean_divergence_from_the_mean(self):
        made = drawn(50, 6)
        mean = made.mean(axis=0)
        divergence = (made * np.log(made / mean)).sum(axis=1).mean()
        self.assertAlmostEqual(formulas.information(made), divergence)

    def test_information_of_several_labels_is_their_mean(self):
        made = np.stack([drawn(30, 2, seed) for seed in range(3)], axis=1)
        parts = [formulas.information(made[:, i]) for i in range(3)]
        self.assertAlmostEqual(formulas.information(made), np.mean(parts))

    @parameterized.parameters(0.05, 0.5, 2.0)
    def test_density_is_the_published_one(self, temperature):
        made = drawn(17, 4)
        self.assertAlmostEqual(
            formulas.density(made, temperature),
            slow_density(made.tolist(), temperature),
        )

    def test_density_of_perfect_clusters_by_hand(self):
        # Two clusters of 6: each row has 5 neighbours at cosine 1, 6 at 0.
        made = np.repeat(np.eye(2), 6, axis=0)
        near, far = math.exp(1 / 0.5), 1.0
        total = 5 * near + 6 * far
        expected = math.log(total) - 5 * near * 2 / total
        self.assertAlmostEqual(formulas.density(made, 0.5), expected)
        self.assertAlmostEqual(formulas.density(made, 0.01), math.log(5))

    def test_density_of_one_cluster_is_the_largest(self):
        same = np.eye(3)[[1] * 9]
        self.assertAlmostEqual(formulas.density(same, 0.05), math.log(8))

    def test_density_is_the_same_in_blocks(self):
        made = drawn(40, 4)
        whole = formulas.density(made, 0.05)
        block, formulas.BLOCK = formulas.BLOCK, 40 * 7
        try:
            self.assertAlmostEqual(formulas.density(made, 0.05), whole)
        finally:
            formulas.BLOCK = block

    def test_rows_without_a_direction_have_a_density(self):
        self.assertAlmostEqual(
            formulas.density(np.zeros((5, 3)), 0.05), math.log(4)
        )

    def test_the_control_variate_by_hand(self):
        # w l = 1, 6; cov = 2.5, var = 1, eta = -2.5; 3.5 - 2.5 * 2 + 2.5.
        losses, weights = np.array([1.0, 2.0]), np.array([1.0, 3.0])
        self.assertAlmostEqual(formulas.controlled_risk(losses, weights), 1.0)

    def test_the_control_variate_is_a_regression_at_weight_one(self):
        rng = np.random.default_rng(0)
        losses, weights = rng.exponential(size=(2, 100))
        slope, intercept = np.polyfit(weights, losses * weights, 1)
        self.assertAlmostEqual(
            formulas.controlled_risk(losses, weights), slope + intercept
        )

    def test_equal_weights_give_the_mean(self):
        losses = np.array([0.25, 0.75])
        self.assertEqual(formulas.controlled_risk(losses, np.ones(2)), 0.5)

    def test_the_control_variate_takes_variance_away(self):
        rng = np.random.default_rng(0)
        plain, controlled = [], []
        for _ in range(300):
            weights = rng.exponential(size=50)  # Their mean is 1.
            losses = 1 + 0.1 * rng.normal(size=50)
            plain.append((weights * losses).mean())
            controlled.append(formulas.controlled_risk(losses, weights))
        self.assertLess(np.std(controlled), 0.5 * np.std(plain))
        self.assertAlmostEqual(np.mean(controlled), 1.0, places=1)


if __name__ == "__main__":
    absltest.main()
