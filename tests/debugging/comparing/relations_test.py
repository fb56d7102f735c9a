"""Tests of the relations between outputs."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.debugging.comparing.relations import relation

A = np.random.default_rng(0).normal(size=(16, 4, 4, 6))
ORDER = np.array([3, 0, 5, 1, 4, 2])


def found(a, b):
    return relation(
        a, b, lambda m: m.shape == b.shape and np.allclose(m, b, atol=1e-6)
    )


class RelationsTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("transposed", A.swapaxes(1, 2), "transposed, axes (0, 2, 1, 3)"),
        ("shifted", A + 2.5, "shifted by 2.5"),
        ("scaled", A * -3, "scaled by -3"),
        ("sign", -A, "with the other sign"),
        ("reversed", A[..., ::-1], "reversed along axis 3"),
        ("moved", np.roll(A, 1, 1), "shifted by 1 along axis 1"),
        ("permuted", A[..., ORDER], "permuted features"),
        (
            "bias",
            A + np.arange(6.0),
            "shifted by another number for each feature",
        ),
        (
            "gains",
            A * np.arange(1.0, 7),
            "scaled by another number for each feature",
        ),
        (
            "read",
            np.moveaxis(A.reshape(16, 6, 4, 4), 1, -1),
            "read as if its channels came first",
        ),
    )
    def test_is_named(self, b, told):
        self.assertEqual(found(A, b), told)

    def test_others_are_not(self):
        noise = np.random.default_rng(1).normal(size=A.shape)
        self.assertEqual(found(A, A + noise), "")
        self.assertEqual(found(A, A * np.nan), "")
        self.assertEqual(found(A, A[:, :2]), "")


if __name__ == "__main__":
    absltest.main()
