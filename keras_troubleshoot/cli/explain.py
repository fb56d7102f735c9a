"""Tells one diagnosis in full.

Usage: keras-troubleshoot explain ID

`keras-troubleshoot rules` lists the ids.
"""

import difflib
import textwrap
from collections.abc import Sequence

from absl import flags

from keras_troubleshoot.cli.command import CommandError


def define_flags(values: flags.FlagValues) -> None:
    """The command has no flags."""


def execute(values: flags.FlagValues, arguments: Sequence[str]) -> int:
    """Prints all that is known of one rule."""
    if len(arguments) != 1:
        raise CommandError(
            "`explain` takes the id of one diagnosis, received: "
            f"{' '.join(arguments)!r}. To see the ids: keras-troubleshoot "
            "rules."
        )
    from keras_troubleshoot.rules import catalogue

    rule = _find(arguments[0], catalogue.RULES)
    print(_tell(rule, catalogue.RULES))
    return 0


def _find(name: str, rules):
    if name in rules:
        return rules[name]
    close = difflib.get_close_matches(name, rules, n=3)
    hint = f" Did you mean {' or '.join(close)}?" if close else ""
    raise CommandError(
        f"There is no diagnosis {name!r}.{hint} To see the ids: "
        "keras-troubleshoot rules."
    )


def _tell(rule, rules) -> str:
    kinds = {"root": "a cause", "symptom": "a symptom of another cause"}
    lines = [
        rule.id,
        f"{rule.title} ({rule.family}; {kinds[rule.kind.value]})",
        "",
        rule.text,
        "",
    ]
    explained = [name for name in rule.explains if name in rules]
    if explained:
        lines.append(_wrap(f"Explains: {', '.join(explained)}"))
    lines.append(_wrap(f"Reference: {rule.reference}"))
    return "\n".join(lines)


def _wrap(text: str) -> str:
    return textwrap.fill(
        text,
        79,
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
