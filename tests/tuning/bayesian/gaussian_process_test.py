import numpy as np
from absl.testing import absltest
from scipy import optimize
from sklearn import gaussian_process as peers
from sklearn.gaussian_process import kernels

from keras_troubleshoot.tuning.bayesian import gaussian_process

GROUPS = np.array([0, 1, 1, 2])
LOGS = np.array([-0.3, 0.2, 0.5, 0.1, -3.0])


def data():
    rng = np.random.default_rng(0)
    x = rng.random((40, 4))
    y = np.sin(4 * x[:, 0]) + x[:, 1] ** 2 + 0.1 * rng.normal(size=40)
    return x, (y - y.mean()) / y.std()


def peer(x, y):
    """The same process by scikit-learn."""
    lengths = np.exp(LOGS[GROUPS])
    signal = kernels.ConstantKernel(np.exp(0.1)) * kernels.Matern(
        lengths, nu=2.5
    )
    kernel = signal + kernels.WhiteKernel(np.exp(-3.0))
    return peers.GaussianProcessRegressor(
        kernel, optimizer=None, alpha=gaussian_process.JITTER
    ).fit(x, y)


class GaussianProcessTest(absltest.TestCase):
    def test_the_likelihood_is_that_of_scikit_learn(self):
        x, y = data()
        value, slopes = gaussian_process.likelihood(LOGS, x, y, GROUPS)
        other, gradient = peer(x, y).log_marginal_likelihood(
            peer(x, y).kernel_.theta, eval_gradient=True
        )
        self.assertAlmostEqual(value, other, places=6)
        amplitude, lengths, noise = gradient[0], gradient[1:5], gradient[5]
        grouped = np.bincount(GROUPS, lengths)
        np.testing.assert_allclose(
            slopes, [*grouped, amplitude, noise], rtol=1e-6
        )

    def test_the_slope_of_the_posterior_is_right(self):
        x, y = data()
        prior, spread = np.full(5, 0.3), np.full(5, 0.7)

        def part(which):
            return lambda logs: gaussian_process.loss(
                logs, x, y, GROUPS, prior, spread
            )[which]

        np.testing.assert_allclose(
            part(1)(LOGS),
            optimize.approx_fprime(LOGS, part(0), 1e-7),
            rtol=1e-3,
            atol=1e-3,
        )

    def test_predictions_are_those_of_scikit_learn(self):
        x, y = data()
        at = np.random.default_rng(1).random((7, 4))
        kernel = gaussian_process.unpack(LOGS, GROUPS)
        found = gaussian_process.GaussianProcess(kernel, x, y).predict(at)
        mean, deviation = peer(x, y).predict(at, return_std=True)
        np.testing.assert_allclose(found[0], mean)
        # scikit-learn counts the noise of a new observation in.
        without = np.sqrt(deviation**2 - np.exp(-3.0))
        np.testing.assert_allclose(found[1], without)

    def test_a_believed_trial_moves_no_mean_and_leaves_less_doubt(self):
        x, y = data()
        kernel = gaussian_process.unpack(LOGS, GROUPS)
        process = gaussian_process.GaussianProcess(kernel, x, y)
        at = np.random.default_rng(1).random((7, 4))
        believed = process.believing(at[:2])
        np.testing.assert_allclose(
            believed.predict(at)[0], process.predict(at)[0], atol=1e-8
        )
        before, after = process.predict(at)[1], believed.predict(at)[1]
        self.assertTrue(np.all(after[:2] < 0.9 * before[:2]))
        self.assertTrue(np.all(after <= before))

    def test_what_does_not_matter_gets_a_long_scale(self):
        x, y = data()
        kernel = gaussian_process.fit(x, y, GROUPS)
        self.assertGreater(kernel.lengths[3], 2 * kernel.lengths[0])
        self.assertEqual(kernel.lengths[1], kernel.lengths[2])
        self.assertLess(kernel.noise, 0.2)

    def test_equal_rows_and_equal_scores_do_no_harm(self):
        x = np.full((6, 4), 0.5)
        kernel = gaussian_process.fit(x, np.zeros(6), GROUPS)
        process = gaussian_process.GaussianProcess(kernel, x, np.zeros(6))
        self.assertTrue(np.isfinite(process.predict(x)).all())


if __name__ == "__main__":
    absltest.main()
