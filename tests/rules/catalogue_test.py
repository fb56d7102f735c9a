"""Tests that the catalogue of diagnoses is whole."""

import importlib
import os
import pkgutil
import subprocess
import sys

from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.report.finding import Kind
from keras_troubleshoot.rules import catalogue
from keras_troubleshoot.rules.catalogue import RULES
from tests.rules import cases
from tests.rules import checking

# The ids are a contract: written out, so that none is renamed by chance.
DATA = """
    input-non-finite target-non-finite input-not-normalized
    input-over-normalized input-constant-feature input-wrong-dtype
    normalization-not-adapted target-not-normalized length-mismatch
    labels-out-of-range labels-wrong-encoding labels-single-class
    labels-imbalanced labels-misaligned labels-noisy
    example-weights-misconfigured duplicate-examples train-validation-leakage
    train-validation-shift unshuffled-data excessive-augmentation
""".split()
LOSS = """
    softmax-on-single-unit logits-without-from-logits
    probabilities-with-from-logits double-softmax output-activation-mismatch
    wrong-loss-for-task output-units-mismatch loss-sign-flipped
    loss-broadcasts loss-not-averaged loss-weights-misconfigured
    metric-mismatch initial-loss-unexpected loss-metric-disagree
""".split()
SHAPES = """
    shape-mismatch output-rank-mismatch silent-broadcast batch-mixing
    embedding-index-out-of-range input-ignored mask-ignored causality-violated
""".split()
# Of the families to come: rules may say already that they explain them.
LATER = """
    missing-nonlinearity saturating-hidden-activation softmax-in-hidden-layer
    bottleneck-layer excessive-dropout dropout-misplaced over-regularized
    disconnected-weights frozen-weights constant-initialization
    badly-scaled-initialization model-too-small model-too-large
    learning-rate-too-high learning-rate-too-low learning-rate-invalid
    schedule-misconfigured optimizer-misconfigured callback-misconfigured
    batch-size-unsuitable too-few-epochs
    training-flag-ignored inference-in-training-mode
    batch-normalization-statistics train-step-loss-missing
    non-finite-values unsafe-operation custom-gradient-wrong
    mixed-precision-unscaled vanishing-gradients exploding-gradients dead-relu
    saturated-activations
    loss-diverging loss-oscillating loss-plateaued predictions-constant
    cannot-overfit-batch underfitting overfitting slow-input-pipeline
    call-failed memory-exceeds-device out-of-memory oversized-layer
    high-bias high-variance distribution-shift validation-overfit
    worse-than-baseline below-known-result
""".split()
SYMPTOMS = """
    initial-loss-unexpected loss-metric-disagree vanishing-gradients
    exploding-gradients dead-relu saturated-activations loss-diverging
    loss-oscillating loss-plateaued predictions-constant cannot-overfit-batch
    underfitting overfitting slow-input-pipeline
""".split()
KNOWN = {*DATA, *LOSS, *SHAPES, *LATER}


def collected(table: str) -> list:
    """All cases of `tests/rules/cases`."""
    modules = pkgutil.iter_modules(cases.__path__, f"{cases.__name__}.")
    return [
        case
        for module in modules
        for case in getattr(importlib.import_module(module.name), table, ())
    ]


class CatalogueTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("data", DATA, "data"),
        ("loss", LOSS, "loss"),
        ("shapes", SHAPES, "shapes"),
        ("errors", ["call-failed"], "errors"),
    )
    def test_family_is_whole(self, ids, family):
        self.assertContainsSubset(ids, RULES)
        self.assertEqual({RULES[id].family for id in ids}, {family})

    def test_families_have_names(self):
        families = {rule.family for rule in RULES.values()}
        self.assertContainsSubset(families, catalogue.FAMILIES)

    @parameterized.parameters(*RULES)
    def test_rule_says_what_it_is(self, id):
        rule = RULES[id]
        self.assertEqual(rule.id, id)
        self.assertRegex(id, r"^[a-z]+(-[a-z]+)*$")
        self.assertNotEmpty(rule.title)
        self.assertNotEndsWith(rule.title, ".")
        self.assertGreater(len(rule.text), len(rule.title))
        self.assertIn("http", rule.reference)

    @parameterized.parameters(*RULES)
    def test_kind(self, id):
        expected = Kind.SYMPTOM if id in SYMPTOMS else Kind.ROOT
        self.assertEqual(RULES[id].kind, expected)

    @parameterized.parameters(*RULES)
    def test_explains_known_diagnoses(self, id):
        explains = RULES[id].explains
        self.assertContainsSubset(explains, KNOWN | set(RULES))
        self.assertNotIn(id, explains)

    def test_no_two_rules_explain_each_other(self):
        """Else each would be placed below the other."""
        both = [
            (one, other)
            for one in RULES
            for other in RULES[one].explains
            if other in RULES and one in RULES[other].explains
        ]
        self.assertEmpty(both)


class CompletenessTest(parameterized.TestCase):
    @parameterized.parameters(*RULES)
    def test_rule_has_a_sick_case_and_a_healthy_twin(self, id):
        self.assertIn(id, {case.rule for case in collected("SICK")})
        self.assertIn(id, {case.rule for case in collected("TWINS")})

    @parameterized.parameters("SICK", "TWINS")
    def test_cases_have_names_of_their_own(self, table):
        names = [name for name, _ in checking.named(collected(table))]
        self.assertLen(set(names), len(names))

    @parameterized.parameters("SICK", "TWINS")
    def test_cases_are_of_registered_rules(self, table):
        self.assertContainsSubset(
            {case.rule for case in collected(table)}, RULES
        )


class ImportTest(absltest.TestCase):
    def test_rules_need_neither_tensorflow_nor_keras(self):
        program = (
            "import sys\n"
            "from tests.rules import checking\n"
            "from tests.rules.cases import inputs, output\n"
            "for case in (*inputs.SICK, *output.SICK):\n"
            "    assert checking.found(case.rule, case.facts())\n"
            "print({'tensorflow', 'keras', 'jax', 'torch'} & {*sys.modules})"
        )
        told = subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONPATH": os.pathsep.join(sys.path)},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        self.assertEqual(told.strip(), "set()")


if __name__ == "__main__":
    absltest.main()
