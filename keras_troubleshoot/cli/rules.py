"""Lists the diagnoses, family by family.

Usage: keras-troubleshoot rules
"""

import itertools
from collections.abc import Sequence

from absl import flags

from keras_troubleshoot.cli.command import CommandError


def define_flags(values: flags.FlagValues) -> None:
    """The command has no flags."""


def execute(values: flags.FlagValues, arguments: Sequence[str]) -> int:
    """Prints the id and the title of every rule."""
    from keras_troubleshoot.rules import catalogue

    if arguments:
        raise CommandError(
            f"`rules` takes no arguments, received: {' '.join(arguments)!r}. "
            f"To read one diagnosis: keras-troubleshoot explain ID."
        )
    print("\n".join(_listing(catalogue.RULES.values())))
    return 0


def _listing(rules):
    rules = list(rules)
    width = max(len(rule.id) for rule in rules)
    for family, members in itertools.groupby(rules, key=lambda r: r.family):
        yield f"{family}:"
        for rule in members:
            yield f"  {rule.id:{width}}  {rule.title}"
