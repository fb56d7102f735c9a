"""A Gaussian process with a Matern 5/2 kernel, one length scale a parameter.

The model of scikit-learn's `ConstantKernel() * Matern(nu=2.5) +
WhiteKernel()`, to whose likelihood and predictions the tests hold it. Its own
code is for speed: the gradient of every length scale is one matrix product,
and no tensor of differences is made.
"""

import dataclasses
import math

import numpy as np
from scipy import linalg
from scipy import optimize

ROOT5 = math.sqrt(5)
JITTER = 1e-9
# Priors of the logarithms, (mean, deviation). Lengths grow with the root of
# the dimensions, as in Hvarfner et al., "Vanilla Bayesian Optimization
# Performs Great in High Dimensions" (ICML 2024), but are shorter, 0.4 at one
# dimension (heuristic, by simulated searches: theirs believe too soon that
# all is known). Noise: the prior of BoTorch 0.12.
LENGTH_MEAN, LENGTH_DEVIATION = -0.9, 1.0
NOISE_MEAN, NOISE_DEVIATION = -4.0, 1.0
AMPLITUDE_MEAN, AMPLITUDE_DEVIATION = 0.0, 1.0
# Bounds of the logarithms: of lengths in unit cubes, of variances.
LENGTHS, NOISES, AMPLITUDES = (-4.0, 6.0), (-12.0, 0.0), (-4.0, 4.0)
# Iterations of L-BFGS; the likelihood is flat by then.
ITERATIONS = 40
# Lengths from which the search starts besides the prior's mean: a rough one.
ROUGH = 0.3


@dataclasses.dataclass(frozen=True)
class Kernel:
    """Hyperparameters of the process.

    Attributes:
        lengths: a length scale of each column, shape (d,).
        amplitude: variance of the function.
        noise: variance of the observations.
    """

    lengths: np.ndarray
    amplitude: float
    noise: float

    def between(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Covariances of the rows of `a` and of `b`, without noise."""
        r = ROOT5 * np.sqrt(squares(a / self.lengths, b / self.lengths))
        return self.amplitude * (1 + r + r * r / 3) * np.exp(-r)


def squares(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Squared distances of rows."""
    found = a @ b.T
    found *= -2
    found += np.square(a).sum(axis=1)[:, None]
    found += np.square(b).sum(axis=1)
    return np.maximum(found, 0, out=found)


class GaussianProcess:
    """The posterior of a kernel, given observations.

    Args:
        kernel: its hyperparameters.
        x: rows, shape (n, d).
        y: observations, shape (n,), about zero.
    """

    def __init__(self, kernel: Kernel, x: np.ndarray, y: np.ndarray):
        self.kernel, self.x = kernel, x
        covariance = kernel.between(x, x)
        covariance[np.diag_indices_from(covariance)] += kernel.noise + JITTER
        self.root = linalg.cholesky(covariance, lower=True)
        self.weights = linalg.cho_solve((self.root, True), y)

    def predict(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation of the function, both (rows,)."""
        cross = self.kernel.between(self.x, x)
        mean = cross.T @ self.weights
        solved = linalg.solve_triangular(
            self.root, cross, lower=True, overwrite_b=True, check_finite=False
        )
        left = self.kernel.amplitude - np.einsum("ij,ij->j", solved, solved)
        return mean, np.sqrt(np.maximum(left, 1e-12))

    def believing(self, x: np.ndarray) -> "GaussianProcess":
        """The process once `x` came out as expected.

        The kriging believer of Ginsbourger et al., "Kriging is well-suited to
        parallelize optimization" (2010): the mean stays, and the deviation
        falls around rows whose result is under way.
        """
        if not len(x):
            return self
        every = np.concatenate([self.x, x])
        believed = GaussianProcess(self.kernel, every, np.zeros(len(every)))
        y = np.concatenate([self.observed(), self.predict(x)[0]])
        believed.weights = linalg.cho_solve((believed.root, True), y)
        return believed

    def observed(self) -> np.ndarray:
        """The observations, from the weights."""
        return self.root @ (self.root.T @ self.weights)


def fit(x: np.ndarray, y: np.ndarray, groups: np.ndarray) -> Kernel:
    """The likeliest kernel under the priors (maximum a posteriori).

    Args:
        x: rows, shape (n, d).
        y: observations, shape (n,), about zero with deviation 1.
        groups: shape (d,), numbers from 0: columns of one number share a
            length scale (the one-hot columns of a category).
    """
    count = int(groups.max()) + 1
    centre = LENGTH_MEAN + 0.5 * math.log(count)
    prior = np.array([centre] * count + [AMPLITUDE_MEAN, NOISE_MEAN])
    spread = np.array(
        [LENGTH_DEVIATION] * count + [AMPLITUDE_DEVIATION, NOISE_DEVIATION]
    )
    rough = np.r_[[math.log(ROUGH)] * count, prior[count:]]
    found = [
        optimize.minimize(
            loss,
            start,
            args=(x, y, groups, prior, spread),
            jac=True,
            method="L-BFGS-B",
            bounds=[LENGTHS] * count + [AMPLITUDES, NOISES],
            options={"maxiter": ITERATIONS},
        )
        for start in (0.5 * (prior + rough), rough)
    ]
    return unpack(min(found, key=lambda one: one.fun).x, groups)


def unpack(logs: np.ndarray, groups: np.ndarray) -> Kernel:
    """The kernel of the logarithms that are searched."""
    values = np.exp(logs)
    return Kernel(values[:-2][groups], float(values[-2]), float(values[-1]))


def loss(
    logs: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    groups: np.ndarray,
    prior: np.ndarray,
    spread: np.ndarray,
) -> tuple[float, np.ndarray]:
    """Negative log posterior of the hyperparameters, and its gradient."""
    away = (logs - prior) / spread
    value, gradient = likelihood(logs, x, y, groups)
    return 0.5 * away @ away - value, away / spread - gradient


def likelihood(
    logs: np.ndarray, x: np.ndarray, y: np.ndarray, groups: np.ndarray
) -> tuple[float, np.ndarray]:
    """Log marginal likelihood and its gradient by the logarithms.

    Rasmussen and Williams, "Gaussian Processes for Machine Learning" (2006),
    equations 2.30 and 5.9. The derivative by a log length l is
    5/3 a (1 + r) exp(-r) (x_i - x_j)^2 / l^2 with r = sqrt(5) * distance: of
    W * that, summed over i and j, the squared difference becomes two
    products.
    """
    kernel = unpack(logs, groups)
    scaled = x / kernel.lengths
    r = ROOT5 * np.sqrt(squares(scaled, scaled))
    decay = kernel.amplitude * np.exp(-r)
    signal = (1 + r + r * r / 3) * decay
    covariance = signal.copy()
    covariance[np.diag_indices_from(covariance)] += kernel.noise + JITTER
    root, failed = linalg.lapack.dpotrf(covariance, lower=1)
    if failed:
        return -1e10, np.zeros_like(logs)
    inverse, _ = linalg.lapack.dpotri(root, lower=1)
    inverse = np.tril(inverse) + np.tril(inverse, -1).T
    weights = inverse @ y
    value = (
        -0.5 * y @ weights
        - np.log(np.diag(root)).sum()
        - 0.5 * len(y) * math.log(2 * math.pi)
    )
    outer = np.outer(weights, weights) - inverse
    pulls = outer * (1 + r) * decay
    columns = 2 * (
        pulls.sum(axis=1) @ np.square(scaled)
        - np.einsum("ij,ij->j", scaled, pulls @ scaled)
    )
    lengths = np.bincount(groups, columns, len(logs) - 2) * 5 / 6
    amplitude = 0.5 * np.sum(outer * signal)
    noise = 0.5 * kernel.noise * np.trace(outer)
    return float(value), np.r_[lengths, amplitude, noise]
