"""Writes `docs/diagnoses.md` from the rules: `python docs/make_diagnoses.py`.

A test compares the page with the rules, so that it cannot drift.
"""

import pathlib

from keras_troubleshoot.rules import catalogue

PAGE = pathlib.Path(__file__).with_name("diagnoses.md")
HEAD = """# The diagnoses

Written by `docs/make_diagnoses.py` from the rules themselves; what stands here
is what `keras-troubleshoot explain ID` tells. A *root* is a cause that can be
mended, a *symptom* shows that something is wrong; the report puts it below the
root that explains it.
"""


def page() -> str:
    """The page, as Markdown."""
    parts = [HEAD]
    for family, title in catalogue.FAMILIES.items():
        parts.append(f"## {title}\n")
        for rule in catalogue.RULES.values():
            if rule.family == family:
                parts.append(entry(rule))
    return "\n".join(parts)


def entry(rule) -> str:
    """One diagnosis."""
    return (
        f"### `{rule.id}`\n\n*{rule.kind.value}* - {rule.title}\n\n"
        f"{rule.text}\n\nRead more: {rule.reference}\n"
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
