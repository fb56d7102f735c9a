"""Lists the diagnoses, family by family.

Usage: keras-troubleshoot rules
"""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

from absl import flags

from keras_troubleshoot.cli.command import CommandError
from keras_troubleshoot.rules import registry


def define_flags(values: flags.FlagValues) -> None:
    """The command has no flags."""


def execute(values: flags.FlagValues, arguments: Sequence[str]) -> int:
    """Prints the id and the title of every rule."""
    if arguments:
        raise CommandError(
            f"`rules` takes no arguments, received: {' '.join(arguments)!r}. "
            "To read one diagnosis: keras-troubleshoot explain ID."
        )
    from keras_troubleshoot.rules import catalogue

    print("\n".join(_listing(catalogue.RULES.values())))
    return 0


def _listing(rules: Iterable[registry.Rule]) -> Iterator[str]:
    families: dict[str, list[registry.Rule]] = {}
    for rule in rules:
        families.setdefault(rule.family, []).append(rule)
    width = max(len(r.id) for members in families.values() for r in members)
    for family, members in families.items():
        yield f"{family}:"
        for rule in members:
            yield f"  {rule.id:{width}}  {rule.title}"
