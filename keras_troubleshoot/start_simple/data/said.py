"""What the user says that inputs are."""

from collections.abc import Iterable
from collections.abc import Mapping

from keras_troubleshoot.facts.kinds import Input


def of(
    kinds: Mapping[str, str] | str | None, names: Iterable[str]
) -> dict[str, Input]:
    """The kinds by the full names of the inputs.

    Args:
        kinds: by key or full name; one word is that of the single input.
        names: of the inputs that there are, in full.

    Returns:
        The kinds of those inputs of which one was said.

    Raises:
        ValueError: an input or a kind is named that there is not.
    """
    names = list(names)
    return {
        named(name, names): as_kind(kind)
        for name, kind in by_name(kinds).items()
    }


def by_name(kinds: Mapping[str, str] | str | None) -> dict[str, str]:
    """Kinds as a dictionary; one word is that of the single input."""
    return {"x": kinds} if isinstance(kinds, str) else dict(kinds or {})


def named(name: str, names: list[str]) -> str:
    """The full name of an input of which the key was given."""
    full = name if name in names else f"x[{name!r}]"
    if full in names:
        return full
    raise ValueError(
        f"`kinds` must name inputs, received: {name!r}, where there are "
        f"{names}. To mend it, use one of these, or a key of `x`."
    )


def as_kind(name: str) -> Input:
    """The kind of a name."""
    try:
        return Input(name)
    except ValueError:
        raise ValueError(
            "`kinds` must be 'image', 'sequence', 'tokens' or 'tabular', "
            f"received: {name!r}. To mend it, correct the word."
        ) from None
