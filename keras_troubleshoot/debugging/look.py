"""One look at a model and its data: facts, then rules, nothing changed."""

from typing import Any

from keras_troubleshoot.facts import building
from keras_troubleshoot.facts import fit_call
from keras_troubleshoot.facts import measuring
from keras_troubleshoot.facts import own_state
from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.facts.facts import Unavailable
from keras_troubleshoot.facts.sample import Sample
from keras_troubleshoot.facts.sample import UnreadableData
from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.finding import Skipped
from keras_troubleshoot.rules import engine
from keras_troubleshoot.rules.catalogue import RULES

# Rows, batches and seconds that reading may take.
ROWS = 2000
SECONDS = 1.0


class Look:
    """What was found about one model and its data.

    Attributes:
        findings: in the order in which the rules found them.
        examined: ids of the rules that had what they need.
        skipped: rules that had not, and why.
        facts: what was measured; None where the data could not be read.
    """

    def __init__(self):
        self.findings: list[Finding] = []
        self.examined: list[str] = []
        self.skipped: list[Skipped] = []
        self.facts: Facts | None = None

    def conclude(self, names) -> list[Finding]:
        """Applies rules (again) and returns what they found."""
        chosen = [RULES[name] for name in names]
        found, examined, skipped = engine.conclude(self.facts, chosen)
        again = set(names)
        self.findings = [f for f in self.findings if f.rule not in again]
        self.findings += found
        self.examined = [n for n in self.examined if n not in again] + examined
        self.skipped = [s for s in self.skipped if s.rule not in again]
        self.skipped += skipped
        return found


def look(
    model,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    validation_data: Any = None,
    fit: fit_call.FitCall | None = None,
    rules=None,
) -> Look:
    """Looks at a model and its data.

    Args:
        model: a Keras model; an unbuilt one is built, as `fit` would.
        x: what `fit` takes.
        y: targets, where `x` does not bring them.
        sample_weight: likewise.
        validation_data: what `fit` takes; None for none.
        fit: the arguments of `fit`, where there are any.
        rules: ids to apply; None for all.

    Returns:
        What was found.

    Raises:
        UnreadableData: if the training data cannot be read.
    """
    found = Look()
    names = list(RULES) if rules is None else list(rules)
    sample = read(x, y, sample_weight)
    building.build(model, sample)
    with own_state.preserved(model):
        try:
            validation, problem = read_validation(validation_data), None
        except UnreadableData as error:
            validation = None
            problem = Unavailable(f"validation data: {error}")
        found.facts = measuring.measure(model, sample, validation, fit)
        if problem is not None:
            found.facts.add(validation=problem, leakage=problem, shift=problem)
        found.conclude(names)
    return found


def read(x, y, sample_weight) -> Sample:
    """A sample of training or validation data."""
    return reading.read(x, y, sample_weight, limit=ROWS, seconds=SECONDS)


def read_validation(given) -> Sample | None:
    """A sample of the validation data, where there are any."""
    if given is None:
        return None
    parts = given if isinstance(given, tuple | list) else (given,)
    return read(*(tuple(parts) + (None, None))[:3])
