import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.improvement.labels import confident
from keras_troubleshoot.improvement.labels import peer


def simulated(rows=400, classes=4, seed=0, noise=0.15):
    """Labels, probabilities of a fair judge, and what is true."""
    rng = np.random.default_rng(seed)
    true = rng.integers(0, classes, rows)
    ids = np.where(
        rng.random(rows) < noise, rng.integers(0, classes, rows), true
    )
    logits = rng.normal(size=(rows, classes))
    logits[np.arange(rows), true] += 3
    shares = np.exp(logits)
    return ids, shares / shares.sum(axis=1, keepdims=True), true


def joint_by_loops(ids, shares):
    """The confident joint, as the paper writes it."""
    classes = shares.shape[1]
    means = [shares[ids == k, k].mean() for k in range(classes)]
    counts = np.zeros((classes, classes))
    for label, row in zip(ids, shares, strict=True):
        above = [k for k in range(classes) if row[k] >= means[k] - 1e-6]
        if above:
            counts[label, max(above, key=lambda k: row[k])] += 1
    return counts


class ConfidentTest(parameterized.TestCase):
    def test_thresholds(self):
        ids = np.array([0, 0, 1])
        shares = np.array([[0.9, 0.1, 0], [0.5, 0.5, 0], [0.2, 0.7, 0.1]])
        np.testing.assert_allclose(
            confident.thresholds(ids, shares), [0.7, 0.7, np.inf]
        )

    @parameterized.parameters(range(5))
    def test_joint_is_the_scaled_count(self, seed):
        ids, shares, _ = simulated(seed=seed)
        counts = joint_by_loops(ids, shares)
        labelled = np.bincount(ids)
        expected = counts / counts.sum(1, keepdims=True) * labelled[:, None]
        found = confident.joint_counts(ids, shares)
        np.testing.assert_array_equal(found.sum(axis=1), labelled)
        np.testing.assert_allclose(found, expected, atol=1)

    def test_joint_nears_the_truth(self):
        ids, shares, true = simulated(20_000)
        found = confident.joint_counts(ids, shares)
        expected = np.zeros((4, 4))
        np.add.at(expected, (ids, true), 1)
        np.testing.assert_allclose(found, expected, rtol=0.35)

    def test_as_many_are_pruned_as_the_joint_counts(self):
        ids, shares, true = simulated(2000)
        joint = confident.joint_counts(ids, shares)
        wrong = confident.prune(ids, shares, joint)
        off = joint.sum() - np.trace(joint)
        self.assertBetween(wrong.sum(), 0.7 * off, off)
        self.assertGreater((true != ids)[wrong].mean(), 0.8)

    def test_right_labels_of_a_sure_judge_stay(self):
        ids = np.arange(300) % 3
        shares = 0.94 * np.eye(3)[ids] + 0.02
        joint = confident.joint_counts(ids, shares)
        self.assertFalse(confident.prune(ids, shares, joint).any())
        np.testing.assert_array_equal(joint, 100 * np.eye(3))

    @parameterized.parameters(range(10))
    def test_as_cleanlab_has_it(self, seed):
        if not peer.installed():
            self.skipTest("cleanlab is not installed")
        ids, shares, _ = simulated(1000, 2 + seed % 5, seed)
        joint, wrong = peer.joint_and_wrong(ids, shares)
        own = confident.joint_counts(ids, shares)
        np.testing.assert_allclose(own, joint, atol=1)
        found = confident.prune(ids, shares, own)
        self.assertLessEqual((found != wrong).sum(), 2)


if __name__ == "__main__":
    absltest.main()
