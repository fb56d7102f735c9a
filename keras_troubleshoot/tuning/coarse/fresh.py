"""Configurations that no trial has had."""

import itertools
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from keras_troubleshoot.tuning.embedding import scale
from keras_troubleshoot.tuning.embedding.conditions import is_active
from keras_troubleshoot.tuning.embedding.scale import HyperParameter
from keras_troubleshoot.tuning.ranking import FINISHED


def key(
    space: Sequence[HyperParameter], values: Mapping[str, Any]
) -> tuple[Any, ...]:
    """What tells a configuration apart: its active values, in order.

    What is on but not named had not registered yet: it took its default.
    Names that are not in the space (`tune_new_entries=False`) do not count.
    """
    return tuple(
        part_of(hp, values.get(hp.name, hp.default))
        if is_active(hp, values)
        else None
        for hp in space
    )


def part_of(hp: HyperParameter, value: Any) -> Any:
    """A value, of steps and choices the place of their part.

    Workers of keras-tuner send numbers with half the digits: a step of 0.1
    comes back as another number.
    """
    return scale.to_unit(hp, value) if scale.parts(hp) else value


def walk(
    space: Sequence[HyperParameter], values: Mapping[str, Any] | None = None
) -> Iterator[dict[str, Any]]:
    """All configurations, each once; without end where a range has none."""
    values = dict(values or {})
    if not space:
        yield values
        return
    hp, rest = space[0], space[1:]
    if not is_active(hp, values):
        yield from walk(rest, values)
        return
    for value in values_of(hp):
        yield from walk(rest, {**values, hp.name: value})


def values_of(hp: HyperParameter) -> Iterator[Any]:
    """The values of a hyperparameter, each once, the coarse ones first."""
    count, given = scale.count_of(hp), set()
    # Of choices each is taken; one may be named twice.
    if isinstance(hp, scale.Choice | scale.Boolean | scale.Fixed):
        yield from dict.fromkeys(hp.values)
        return
    for place in halves():
        value = scale.from_unit(hp, place)
        if value not in given:
            given.add(value)
            yield value
        if len(given) >= count:
            return


def halves() -> Iterator[float]:
    """0, 1, 1/2, 1/4, 3/4, 1/8, ...: ever finer, without end."""
    yield from (0.0, 1.0)
    for level in itertools.count(1):
        for odd in range(1, 2**level, 2):
            yield odd / 2**level


def unknown(
    space: Sequence[HyperParameter], known: Collection[tuple[Any, ...]]
) -> dict[str, Any] | None:
    """A configuration that is not among those known, None where all are.

    It is found after as many steps as there are known ones at most.
    """
    for values in walk(space):
        if key(space, values) not in known:
            return values
    return None


class Known:
    """The keys of all trials; those of finished ones are kept."""

    def __init__(self):
        self.kept: dict[str, tuple[Any, ...]] = {}
        self.width = 0

    def keys(
        self, space: Sequence[HyperParameter], trials: Mapping[str, Any]
    ) -> set[tuple[Any, ...]]:
        """The keys of the trials, failed and running ones included."""
        if len(space) != self.width:
            # More hyperparameters tell more apart.
            self.kept, self.width = {}, len(space)
        known = set(self.kept.values())
        for name in trials.keys() - self.kept.keys():
            found = key(space, trials[name].hyperparameters.values)
            known.add(found)
            if trials[name].status in FINISHED:
                self.kept[name] = found
        return known
