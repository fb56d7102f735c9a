"""What `AdaptationModel.fit` makes of its arguments."""

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from keras_troubleshoot.facts import nests
from keras_troubleshoot.improvement.adaptation.models import pairing

BATCH_SIZE = 32  # Keras' own default.


def is_pair(inputs: Any) -> bool:
    """Whether inputs are those of two domains."""
    return isinstance(inputs, Mapping) and set(inputs) == {"source", "target"}


def arguments(x: Any, y: Any, given: dict, model: Any) -> dict[str, Any]:
    """The arguments with which Keras' own `fit` is called.

    Raises:
        ValueError: the target is missing, or see `paired`.
    """
    if not is_pair(x):
        require_pair(x, model)
        if isinstance(x, tf.data.Dataset):
            given = {"shuffle": False, **given}  # Else Keras warns.
        return {"x": x, "y": y, **given}
    given = dict(given)
    source = [x["source"], y]
    weights = given.pop("sample_weight", None)
    if weights is not None:
        source.append(weights)
    source, validation = split(tuple(source), given.pop("validation_split", 0))
    if validation is not None and given.get("validation_data") is None:
        given["validation_data"] = validation
    several = several_sources(source, model)
    batch_size = given.pop("batch_size", None) or BATCH_SIZE
    sources, target = pairing.read(several, x["target"], batch_size)
    shuffle = given.pop("shuffle", True)
    given["shuffle"] = False  # Of what is shuffled already.
    steps = None
    if given.get("steps_per_epoch") is None:
        steps = pairing.epoch([*sources, target], batch_size)
    batches = pairing.batches(sources, target, batch_size, steps, shuffle, None)
    return {"x": batches, **given}


def several_sources(source: tuple, model: Any) -> Any:
    """The sources one by one, where rows of several take turns."""
    count = model.sources
    if count == 1:
        return source
    return [
        nests.transform(lambda one, first=first: one[first::count], source)
        for first in range(count)
    ]


def require_pair(x: Any, model: Any) -> None:
    """Raises where there is no target to be aligned to.

    Raises:
        ValueError: `x` is plain.
    """
    spec = getattr(x, "element_spec", None)
    if model.idle or (spec is None and not held(x)):
        return
    inputs = spec[0] if isinstance(spec, tuple) else spec
    if spec is not None and is_pair(inputs):
        return
    raise ValueError(
        '`x` must be `{"source": inputs, "target": inputs}` or a '
        "`tf.data.Dataset` of it, received: "
        f"{type(x).__name__}. To mend it, give the unlabelled inputs of the "
        "target too, or `kts.adaptation.paired((x, y), target, batch_size)`."
    )


def held(x: Any) -> bool:
    """Whether these are arrays, not a stream that is not read yet."""
    return all(hasattr(one, "shape") for one in nests.arrays(x))


def split(source: tuple, share: float) -> tuple[tuple, tuple | None]:
    """The last rows, kept out for validation, as Keras does."""
    if not share:
        return source, None
    if not 0 < share < 1:
        raise ValueError(
            f"`validation_split` must lie between 0 and 1, received: {share!r}."
        )
    rows = len(nests.arrays(source)[0])
    cut = int(rows * (1 - share))
    if cut in (0, rows):
        raise ValueError(
            f"`validation_split` must leave rows on both sides, received: "
            f"{share!r} of {rows} rows."
        )
    return (
        nests.transform(lambda one: one[:cut], source),
        nests.transform(lambda one: one[cut:], source),
    )
