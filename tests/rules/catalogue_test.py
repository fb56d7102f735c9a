"""Tests that the catalogue of diagnoses is whole."""

import importlib
import os
import pkgutil
import subprocess
import sys

from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot import rules
from keras_troubleshoot.report.finding import Kind
from keras_troubleshoot.rules import catalogue
from keras_troubleshoot.rules import registry
from keras_troubleshoot.rules.catalogue import RULES

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
ARCHITECTURE = """
    missing-nonlinearity saturating-hidden-activation softmax-in-hidden-layer
    constant-initialization badly-scaled-initialization
    disconnected-weights frozen-weights bottleneck-layer excessive-dropout
    dropout-misplaced over-regularized model-too-small model-too-large
""".split()
NUMERICS = """
    non-finite-values unsafe-operation custom-gradient-wrong
    mixed-precision-unscaled
""".split()
TRAINING_MODE = """
    training-flag-ignored inference-in-training-mode
    batch-normalization-statistics train-step-loss-missing
""".split()
OPTIMIZATION = """
    learning-rate-too-high learning-rate-too-low learning-rate-invalid
    schedule-misconfigured optimizer-misconfigured callback-misconfigured
    batch-size-unsuitable too-few-epochs
""".split()
MEMORY = "memory-exceeds-device out-of-memory oversized-layer".split()
# Of the families to come: rules may say already that they explain them.
LATER = """
    vanishing-gradients exploding-gradients dead-relu saturated-activations
    loss-diverging loss-oscillating loss-plateaued predictions-constant
    cannot-overfit-batch underfitting overfitting slow-input-pipeline
    call-failed
    high-bias high-variance distribution-shift validation-overfit
    worse-than-baseline below-known-result
""".split()
SYMPTOMS = """
    initial-loss-unexpected loss-metric-disagree vanishing-gradients
    exploding-gradients dead-relu saturated-activations loss-diverging
    loss-oscillating loss-plateaued predictions-constant cannot-overfit-batch
    underfitting overfitting slow-input-pipeline
""".split()
KNOWN = {*DATA, *LOSS, *SHAPES, *OPTIMIZATION, *ARCHITECTURE, *TRAINING_MODE}
KNOWN |= {*NUMERICS, *LATER}


class CatalogueTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("data", DATA, "data"),
        ("loss", LOSS, "loss"),
        ("shapes", SHAPES, "shapes"),
        ("architecture", ARCHITECTURE, "architecture"),
        ("training_mode", TRAINING_MODE, "training-mode"),
        ("numerics", NUMERICS, "numerics"),
        ("optimization", OPTIMIZATION, "optimization"),
        ("memory", MEMORY, "memory"),
        ("errors", ["call-failed"], "errors"),
    )
    def test_family_is_whole(self, ids, family):
        self.assertContainsSubset(ids, RULES)
        self.assertEqual({RULES[id].family for id in ids}, {family})

    def test_no_module_of_rules_is_forgotten(self):
        """Whatever registers itself when it is imported is tried."""
        for module in pkgutil.iter_modules(rules.__path__):
            importlib.import_module(f"{rules.__name__}.{module.name}")
        self.assertCountEqual(registry.RULES, RULES)

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


class ImportTest(absltest.TestCase):
    def test_rules_need_neither_tensorflow_nor_keras(self):
        program = (
            "import sys\n"
            "from tests.rules import checking, collected\n"
            "for case in collected.SICK:\n"
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
