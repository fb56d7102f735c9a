"""Applies rules to facts, and says which of them had what they need."""

from collections.abc import Iterable

from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.facts.facts import Unavailable
from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.report import Skipped
from keras_troubleshoot.rules.registry import Rule
from keras_troubleshoot.rules.registry import told


def conclude(
    facts: Facts, rules: Iterable[Rule]
) -> tuple[list[Finding], list[str], list[Skipped]]:
    """What the rules conclude from the facts.

    Args:
        facts: measured, or to be measured when a rule asks.
        rules: to be applied, in this order.

    Returns:
        Findings, the ids of the rules that were examined, and the rules
        that were not, each with the reason.
    """
    findings, examined, skipped = [], [], []
    for rule in rules:
        try:
            found = [told(rule, note) for note in rule.conclude(facts)]
        except Unavailable as reason:
            skipped.append(Skipped(rule.id, str(reason)))
            continue
        except Exception as error:
            # What a model does when it is run in ways that its author never
            # meant cannot be foreseen; it must not end the user's program.
            reason = f"it could not be measured ({type(error).__name__}"
            detail = str(error).strip().splitlines()[:1]
            reason += f": {detail[0][:120]})" if detail else ")"
            skipped.append(Skipped(rule.id, reason))
            continue
        findings += found
        examined.append(rule.id)
    return findings, examined, skipped
