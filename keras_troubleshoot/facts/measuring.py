"""Puts the facts of a model and its data together, each measured lazily."""

from typing import Any

import numpy as np

from keras_troubleshoot.facts import architecture
from keras_troubleshoot.facts import augmentation
from keras_troubleshoot.facts import construction
from keras_troubleshoot.facts import data as profiles
from keras_troubleshoot.facts import entries
from keras_troubleshoot.facts import forward
from keras_troubleshoot.facts import freshness
from keras_troubleshoot.facts import influence
from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import keras_logs
from keras_troubleshoot.facts import layer_statistics
from keras_troubleshoot.facts import loss_behaviour
from keras_troubleshoot.facts import machine
from keras_troubleshoot.facts import memory_need
from keras_troubleshoot.facts import neighbours
from keras_troubleshoot.facts import normalization
from keras_troubleshoot.facts import numerics
from keras_troubleshoot.facts import ordering
from keras_troubleshoot.facts import own_step
from keras_troubleshoot.facts import rates
from keras_troubleshoot.facts import repeats
from keras_troubleshoot.facts import run_length
from keras_troubleshoot.facts import sequences
from keras_troubleshoot.facts import shift
from keras_troubleshoot.facts import unit_states
from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.facts.facts import Unavailable
from keras_troubleshoot.facts.passes import Runner
from keras_troubleshoot.facts.recorder import tensors
from keras_troubleshoot.facts.sample import Sample

# What `Look` measures, each when a rule first asks for it.
MEASURED = (
    "runner",
    "forward",
    "training",
    "heads",
    "entries",
    "lookups",
    "normalizers",
    "mixing",
    "influence",
    "masking",
    "causality",
    "crossings",
    "signal",
    "duplicates",
    "order",
    "augmentation",
    "layers",
    "memory",
    "units",
    "own_step",
    "length",
    "rates",
    "logged",
    "fresh",
    "tolerates_inputs",
    "tolerates_targets",
)


def measure(
    model,
    sample: Sample,
    validation: Sample | None = None,
    fit=None,
) -> Facts:
    """The facts of a built model and its data.

    Args:
        model: a built Keras model.
        sample: what was read of the training data.
        validation: what was read of the validation data.
        fit: a `FitCall`, where there is one.

    Returns:
        Facts; none of them is measured yet but the profiles of the data.
    """
    looked = Look(model, sample)
    facts = Facts(
        data=profiles.profile(sample),
        model=lambda: architecture.describe(model),
    )
    looked.facts = facts
    for name in MEASURED:
        facts.add(**{name: getattr(looked, name)})
    facts.add(**construction.sources(facts))
    facts.add(**numerics.sources(facts, model))
    if fit is not None:
        facts.add(fit=fit)
    if validation is not None:
        other = profiles.profile(validation)
        facts.add(
            validation=other,
            leakage=lambda: repeats.leakage(facts.data, other),
            shift=lambda: shift.shift(facts.data, other),
        )
    return facts


class Look:
    """The measuring functions of one model and its data."""

    facts: Facts

    def __init__(self, model, sample: Sample):
        self.model = model
        self.sample = sample
        self.given: list[tuple[Any, Any]] = []

    def runner(self) -> Runner:
        """The runner of the model on the sampled rows."""
        return Runner(self.model, self.sample)

    def forward(self):
        """Inference, recorded; notes what Embedding layers are given."""
        runner = self.facts.runner
        done = runner.record()
        self.given = embedded(done)
        return done

    def training(self):
        """One training step without its update."""
        return forward.step(self.facts.runner)

    def working(self):
        """The run in inference, where it came to its end."""
        done = self.facts.forward
        if done.failure is not None:
            raise Unavailable("the model cannot be run on these data")
        return done

    def trained(self):
        """The run in training mode, where it came to its end."""
        done = self.facts.training
        if done.forward.failure is not None:
            raise Unavailable("the model cannot be run on these data")
        return done.forward

    def heads(self):
        """Each output with its target, loss and metrics."""
        return forward.describe_heads(
            self.facts.runner, self.working(), self.facts.data
        )

    def entries(self):
        """What reaches the first weights."""
        return entries.entries(self.trained())

    def lookups(self):
        """What each Embedding is given."""
        self.facts.get("forward")
        return entries.lookups(self.given, self.facts.data.inputs)

    def normalizers(self):
        """The Normalization layers that ran."""
        return normalization.normalizers(self.working())

    def mixing(self):
        """Whether rows meet each other."""
        return influence.mixing(self.facts.runner, self.working())

    def influence(self):
        """Inputs without influence."""
        return influence.ignored(
            self.facts.runner, self.working(), self.facts.data.inputs
        )

    def masking(self):
        """Whether padding is heeded."""
        return sequences.masking(self.facts.runner, self.working())

    def causality(self):
        """Whether the model looks ahead."""
        return sequences.causality(
            self.facts.runner, self.working(), self.facts.data
        )

    def crossings(self):
        """Operations inside the model that meet each row with every other."""
        rows = self.facts.runner.rows
        recorder = self.working().recorder
        return [
            operation
            for operation in recorder.operations
            if loss_behaviour.crosses(operation, rows, recorder)
        ]

    def signal(self):
        """How well targets follow from inputs."""
        data = self.facts.data
        if len(data.targets) != 1:
            raise Unavailable("not one target")
        heads = self.facts.get("heads") or ()
        losses = [head.loss.kind for head in heads if head.loss is not None]
        found = neighbours.signal(
            data.inputs,
            data.targets[0],
            data.usable,
            amounts=losses in (["regression"], ["count"]),
        )
        if found is None:
            raise Unavailable("a target of several numbers, or too few rows")
        return found

    def duplicates(self):
        """Rows that repeat others."""
        return repeats.duplicates(self.facts.data)

    def order(self):
        """The order in which rows are fed."""
        data = self.facts.data
        if not data.targets:
            raise Unavailable("no targets")
        batch, y = fed(data, self.facts.get("fit"))
        return ordering.order(data, batch, y)

    def layers(self):
        """What each layer returns in both modes, and its gradients."""
        return layer_statistics.statistics(self.working(), self.facts.training)

    def units(self):
        """Dead and saturated units."""
        return unit_states.unit_states(self.working())

    def memory(self):
        """What a step needs, and what is there."""
        fit, rows = self.facts.get("fit"), self.facts.data.full_batch
        rows = rows or (fit.batch_size if fit is not None else None) or 32
        runner, done = self.facts.runner, self.working()
        free = machine.available()
        return memory_need.need(self.model, runner, done, rows, free)

    def own_step(self):
        """What the model's own `train_step` does."""
        self.working()
        return own_step.own_step(self.facts.runner)

    def length(self):
        """How long the training will be."""
        return run_length.measure(self.facts.fit, self.facts.data)

    def rates(self):
        """The learning rates of the training."""
        found = rates.measure(
            getattr(self.model, "optimizer", None),
            self.facts.get("fit"),
            self.facts.get("length"),
        )
        if found is None:
            raise Unavailable("the learning rate cannot be known before")
        return found

    def logged(self):
        """The names of the losses and metrics that will be logged."""
        if keras_internals.own_step(self.model):
            raise Unavailable("an own `train_step` logs what it likes")
        runner, done = self.facts.runner, self.working()
        return keras_logs.logged(self.model, runner.y(), done.outputs)

    def fresh(self):
        """Whether no layer was ever trained."""
        return freshness.untrained(self.model)

    def tolerates_inputs(self) -> bool:
        """Whether rows with NaN inputs give finite losses and gradients."""
        return self.tolerates(self.facts.data.inputs)

    def tolerates_targets(self) -> bool:
        """Whether rows with NaN targets give finite losses and gradients."""
        return self.tolerates(self.facts.data.targets)

    def tolerates(self, arrays) -> bool:
        """Whether rows that are not finite do no harm."""
        bad = np.zeros(self.facts.data.sampled, bool)
        for array in arrays:
            if array.numeric:
                bad |= ~array.finite.all(axis=1)
        # Rows beyond those that the runner holds were read later, since the
        # weights had become NaN: these were not tolerated.
        held = len(tensors(self.sample.x)[0])
        rows = np.flatnonzero(bad[:held])[:5]
        if not len(rows) or self.facts.runner.model.loss is None:
            return False
        if keras_internals.fixed_batch(self.model):
            return False
        done = forward.step(self.facts.runner, rows)
        return done.failure is None and done.loss is not None and done.finite

    def augmentation(self):
        """What augmenting layers leave of the inputs."""
        data = self.facts.data
        y = neighbours.labels(data.targets[0]) if data.targets else None
        found = augmentation.augmentation(self.facts.runner, self.trained(), y)
        other = self.facts.get("validation")
        if found is None and other is not None:
            found = augmentation.of_stream(data, other)
        return found


def embedded(done) -> list[tuple[Any, Any]]:
    """Embedding layers with what each was given, failed calls included."""
    calls = [(c.layer, c.inputs) for c in done.recorder.calls]
    calls += done.recorder.open
    return [
        (layer, inputs[0])
        for layer, inputs in calls
        if type(layer).__name__ == "Embedding" and inputs
    ]


def fed(data, fit) -> tuple[int, np.ndarray | None]:
    """The batch size, and targets in the order in which they are fed."""
    if data.streamed:
        sizes = data.batch_sizes
        consecutive = leading(data.sample.batch_indices)
        if not sizes or consecutive < 4:
            raise Unavailable("too few batches in a row")
        y = neighbours.labels(data.targets[0])
        end = sum(sizes[:consecutive])
        return sizes[0], None if y is None else y[:end]
    batch = fit.batch_size if fit is not None and fit.batch_size else 32
    whole = data.targets[0].whole
    if isinstance(whole, np.ndarray) and data.sample.indices is not None:
        head = profiles.Array("y", np.asarray(whole[: 200 * batch]))
        return batch, neighbours.labels(head)
    return batch, None


def leading(indices) -> int:
    """How many of the first batches follow on each other."""
    indices = list(indices)
    count = 0
    while count < len(indices) and indices[count] == count:
        count += 1
    return count
