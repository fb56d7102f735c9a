"""What each input is: told from the data, or by the user."""

from collections.abc import Mapping

from keras_troubleshoot.facts import kinds as kinds_lib
from keras_troubleshoot.facts.arrays import Array
from keras_troubleshoot.facts.data import Data
from keras_troubleshoot.facts.kinds import Input
from keras_troubleshoot.start_simple.data import said


def tell(
    data: Data, given: Mapping[str, str], cut: bool = False
) -> dict[str, Input | None]:
    """What each input is, by its name.

    Args:
        data: a sample.
        given: what the user says of inputs, by key or full name.
        cut: whether there must be sequences: if nothing looks like one, rows
            of whole numbers are taken for tokens.

    Returns:
        The kinds; None where the shape is of no known one.

    Raises:
        ValueError: an input or a kind is named that there is not.
    """
    arrays = {array.name: array for array in data.inputs}
    told = said.of(given, arrays)
    kinds = {name: told.get(name) or kind(a) for name, a in arrays.items()}
    if cut and {Input.SEQUENCE, Input.TOKENS}.isdisjoint(kinds.values()):
        for name, array in arrays.items():
            whole = array.dtype.kind in "iu" and array.values.ndim == 2
            if whole and name not in told:
                kinds[name] = Input.TOKENS
    return kinds


def kind(array: Array) -> Input | None:
    """What an input is; pictures without an axis for channels are images."""
    if not array.numeric:
        return None
    if kinds_lib.lacks_channels(array):
        return Input.IMAGE
    return kinds_lib.kind(array)


def nothing_to(argument: str, kinds: dict, data: Data) -> ValueError:
    """The error for inputs none of which `size` or `steps` is for."""
    needed = "image" if argument == "size" else "sequence"
    told = ", ".join(
        f"{name} ({kind.value if kind else 'of no known kind'})"
        for name, kind in kinds.items()
    )
    hint = "".join(
        f", or say `kinds={{{array.name!r}: {needed!r}}}` if it is one"
        for array in data.inputs
        if array.values.ndim in (3, 4)
    )
    return ValueError(
        f"`{argument}` needs an input of the kind {needed!r}, received: "
        f"{told}. To mend it, leave `{argument}` out{hint}."
    )
