"""Remedies of targets: their encoding, their scale, the weights of rows."""

import numpy as np

from keras_troubleshoot.facts import nests
from keras_troubleshoot.facts.targets import Target
from keras_troubleshoot.remedies import feeding
from keras_troubleshoot.remedies.outputs import head_of
from keras_troubleshoot.remedies.outputs import pair
from keras_troubleshoot.remedies.outputs import set_loss
from keras_troubleshoot.remedies.outputs import suits
from keras_troubleshoot.remedies.registry import NotApplicable
from keras_troubleshoot.remedies.registry import remedy


def only_target(facts) -> None:
    """Raises where there are several targets."""
    if len(facts.data.targets) != 1:
        raise NotApplicable("there are several targets")


@remedy("count the classes from 0", "labels-out-of-range")
def from_zero(program, finding, facts):
    """Subtracts the smallest class id, where all then have a unit."""
    only_target(facts)
    head = head_of(facts, finding.where)
    values = whole_values(head.target)
    low, high = int(values.min()), int(values.max())
    if low == 0 or high - low >= head.units:
        raise NotApplicable("there are more classes than units")
    program.changed_data(y=lambda y: y - np.asarray(low, "int32"))
    program.code.append(f"y = y - {low}")


def whole_values(array) -> np.ndarray:
    """The different values of a target: of all rows, where they are known."""
    whole = array.whole
    held = whole if isinstance(whole, np.ndarray) else array.values
    held = np.asarray(held, "float64").ravel()
    return np.unique(held[np.isfinite(held)])


@remedy("encode the labels as the loss takes them", "labels-wrong-encoding")
def encode(program, finding, facts):
    """Changes the loss, or else the labels: ids, 0 and 1, or shares."""
    only_target(facts)
    head = head_of(facts, finding.where)
    values = whole_values(head.target)
    if head.kind in (Target.ONE_HOT, Target.SOFT, Target.CLASSES):
        _, loss = pair(head)
        if not suits(head.loss, loss):
            set_loss(program, facts, head, loss)
            return
    if head.loss.kind in ("binary", "hinge") and len(values) == 2:
        low = -1.0 if head.loss.kind == "hinge" else 0.0
        high = values[-1]
        encode_as(program, lambda y: on(y, high) * (1 - low) + low)
        program.code.append(f"y = np.where(y == {high:g}, 1, {low:g})")
        return
    if head.loss.kind == "binary":
        encode_as(program, lambda y: y / np.float32(values[-1]))
        program.code.append(f"y = y / {values[-1]:g}")
        return
    renumber(program, values)


def encode_as(program, change) -> None:
    """Changes all targets, as float32."""
    import keras

    program.changed_data(y=lambda y: change(keras.ops.cast(y, "float32")))


def on(y, high: float):
    """1 where a label is the higher one."""
    import keras

    return keras.ops.cast(y > np.float32(high) - 1e-6, "float32")


def renumber(program, values: np.ndarray) -> None:
    """Numbers evenly spaced labels from 0."""
    import keras

    steps = np.diff(values)
    if not len(steps) or len(values) > 1000:
        raise NotApplicable("the labels are no classes")
    step = float(steps.min())
    ids = values / step
    if np.abs(ids - ids.round()).max() > 0.05 or ids.max() > 2000:
        raise NotApplicable("the labels are not evenly spaced")
    scale = np.float32(1 / step)

    def change(y):
        scaled = keras.ops.cast(y, "float32") * scale
        return keras.ops.cast(keras.ops.round(scaled), "int32")

    program.changed_data(y=change)
    program.code.append(f"y = np.round(y * {1 / step:g}).astype('int32')")


@remedy("standardize the targets", "target-not-normalized")
def standardize_targets(program, finding, facts):
    """Trains on standardized targets; the model scales back by itself."""
    import keras

    only_target(facts)
    head = head_of(facts, finding.where)
    target = head.target
    whole = target.whole if isinstance(target.whole, np.ndarray) else None
    values = np.asarray(target.values if whole is None else whole, "float64")
    values = values[np.isfinite(values)]
    mean, std = float(values.mean()), float(values.std()) or 1.0
    encode_as(program, lambda y: (y - np.float32(mean)) / np.float32(std))

    def back(model):
        return keras.Sequential([model, keras.layers.Rescaling(std, mean)])

    program.finish.append(back)
    program.code += [
        f"y = (y - {mean:.6g}) / {std:.6g}",
        f"model.add(keras.layers.Rescaling({std:.6g}, {mean:.6g}))",
    ]


@remedy("give targets the shape of the output", "loss-broadcasts")
def same_shape(program, finding, facts):
    """Reshapes targets so that the loss meets row by row."""
    import keras

    only_target(facts)
    head = head_of(facts, finding.where)
    shape, true = head.shape, head.target.values.shape[1:]
    if int(np.prod(shape)) != int(np.prod(true)) or shape == true:
        raise NotApplicable("targets and output hold different numbers")
    program.changed_data(
        y=lambda y: keras.ops.reshape(y, (-1, *shape)) if shape else y
    )
    program.code.append(f"y = y.reshape({(-1, *shape)})")


@remedy(
    "weight the classes by the inverse of their share",
    "example-weights-misconfigured",
    "labels-imbalanced",
)
def balance(program, finding, facts):
    """Sets `class_weight` to what balances the classes."""
    only_target(facts)
    head = head_of(facts, "")
    labels = class_ids(head)
    classes, counts = np.unique(labels, return_counts=True)
    weights = len(labels) / (len(classes) * counts)
    program.fit["class_weight"] = {
        int(c): float(w) for c, w in zip(classes, weights, strict=True)
    }
    program.data = (
        program.data.weighted(None)
        if facts.data.sample.sample_weight is not None
        else program.data
    )
    told = {c: round(w, 3) for c, w in program.fit["class_weight"].items()}
    program.code.append(f"model.fit(..., class_weight={told})")


def class_ids(head) -> np.ndarray:
    """The class of each row that is known."""
    target = head.target
    values = target.whole if isinstance(target.whole, np.ndarray) else None
    values = np.asarray(target.values if values is None else values)
    if head.kind is Target.ONE_HOT:
        return values.argmax(axis=-1).ravel()
    if head.kind not in (Target.CLASSES, Target.BINARY):
        raise NotApplicable("the targets are no classes")
    return values.ravel()


@remedy("train on no row of the validation data", "train-validation-leakage")
def unleak(program, finding, facts):
    """Takes the rows of the validation data out of the training data."""
    if not hasattr(program.data, "x") or not hasattr(program.validation, "x"):
        raise NotApplicable("the data are no arrays")
    held = row_keys(program.validation.x)
    keys = row_keys(program.data.x)
    keep = np.array([key not in held for key in keys])
    if keep.mean() < 0.2:
        # Nearly all of one is in the other: cut a part off instead.
        rng = np.random.default_rng(0)
        keep = rng.random(len(keys)) < 0.8
        program.validation = program.data.kept(lambda x, y: ~keep)
    program.data = program.data.kept(lambda x, y: keep)
    program.code.append("x_train without the rows of validation_data")


@remedy("split validation rows off at random", "train-validation-shift")
def split_at_random(program, finding, facts, seed=0):
    """Puts training and validation rows together, and splits them anew."""
    one, other = program.data, program.validation
    if not isinstance(one, feeding.Arrays) or not isinstance(
        other, feeding.Arrays
    ):
        raise NotApplicable("the data are no arrays")
    whole = feeding.joined(one, other)
    rows, held = len(row_keys(whole.x)), len(row_keys(other.x))
    order = np.random.default_rng(seed).permutation(rows)
    keep = np.ones(rows, bool)
    keep[order[:held]] = False
    program.data = whole.kept(lambda x, y: keep)
    program.validation = whole.kept(lambda x, y: ~keep)
    program.code += [
        "order = np.random.default_rng(0).permutation(len(x))",
        "x, y = x[order], y[order]  # Before the split.",
    ]


@remedy("keep one of each copy", "duplicate-examples")
def without_copies(program, finding, facts):
    """Drops rows whose inputs and targets came before."""
    data = program.data
    if not isinstance(data, feeding.Arrays):
        raise NotApplicable("the data are no arrays")
    keys = row_keys([data.x, *([] if data.y is None else [data.y])])
    keep = np.zeros(len(keys), bool)
    first = {key: row for row, key in reversed(list(enumerate(keys)))}
    keep[list(first.values())] = True
    program.data = data.kept(lambda x, y: keep)
    program.code += [
        "flat = x.reshape(len(x), -1)",
        "first = np.sort(np.unique(flat, axis=0, return_index=True)[1])",
        "x, y = x[first], y[first]",
    ]


def row_keys(x) -> list[bytes]:
    """Something that is the same for the same row."""
    parts = [np.ascontiguousarray(a) for a in nests.arrays(x)]
    return [
        b"".join(part[i].tobytes() for part in parts)
        for i in range(len(parts[0]))
    ]
