"""No helper changes anything, whether it holds or not."""

import contextlib

import keras
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot import testing
from tests.debugging import kinds
from tests.testing import untouched

# What needs a copy, a file or many steps is slower.
SOME = ("nested", "several", "mixed", "own_step", "counting")
EVERY = tuple(kinds.KINDS)


def turned(x):
    return {k: -v for k, v in x.items()} if isinstance(x, dict) else -x


def first_output(model):
    names = getattr(model, "output_names", None) or []
    return sorted(names)[0] if len(names) > 1 else None


def frozen(model, x, y):
    layers = [v for v in model._flatten_layers() if v.weights]
    testing.assert_frozen(model, layers[-1], x, y, steps=1)


def overfits(model, x, y):
    testing.assert_overfits_batch(model, x, y, steps=20, seconds=0.5)


def minimum(model, x, y):
    testing.assert_minimum_functionality(
        model, x, y, output=first_output(model), metric=lambda y, made: made < 0
    )


def direction(model, x, y):
    testing.assert_direction(model, x, turned, output=first_output(model))


def invariant(model, x, y):
    testing.assert_invariant(model, x, turned, by="value", tolerance=1e-9)


HELPERS = {
    "deterministic": (
        lambda m, x, y: testing.assert_deterministic(m, x),
        EVERY,
    ),
    "batch_independent": (
        lambda m, x, y: testing.assert_batch_independent(m, x),
        EVERY,
    ),
    "uses_inputs": (lambda m, x, y: testing.assert_uses_inputs(m, x), EVERY),
    "gradients_flow": (testing.assert_gradients_flow, EVERY),
    "no_findings": (testing.assert_no_findings, SOME),
    "frozen": (frozen, SOME),
    "save_round_trip": (
        lambda m, x, y: testing.assert_save_round_trip(
            m, x, custom_objects={type(m).__name__: type(m)}
        ),
        SOME,
    ),
    "overfits_batch": (overfits, ("several", "own_step")),
    "invariant": (invariant, SOME),
    "direction": (direction, SOME),
    "minimum": (minimum, SOME),
}
CASES = [
    (f"{helper}_{kind}", helper, kind)
    for helper, (_, names) in HELPERS.items()
    for kind in names
]


class UnchangedTest(parameterized.TestCase):
    @parameterized.named_parameters(*CASES)
    def test_all_stays_as_it_is(self, helper, kind):
        make, x, y = kinds.KINDS[kind]
        keras.utils.set_random_seed(1)
        model = make()
        if not model.built:
            model(x[:16])
        with untouched.asserted(model), contextlib.suppress(AssertionError):
            HELPERS[helper][0](model, x, y)


if __name__ == "__main__":
    absltest.main()
