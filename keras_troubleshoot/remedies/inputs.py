"""Remedies of inputs: their scale, missing numbers, their order."""

import numpy as np

from keras_troubleshoot.facts import keras_internals as internals
from keras_troubleshoot.facts import nests
from keras_troubleshoot.remedies import surgery
from keras_troubleshoot.remedies.registry import NotApplicable
from keras_troubleshoot.remedies.registry import remedy


@remedy(
    "adapt the Normalization layers",
    "normalization-not-adapted",
    "input-not-normalized",
)
def adapt(program, finding, facts):
    """Adapts the Normalization layers that never saw data."""
    waiting = {n.layer for n in facts.normalizers if not n.adapted}
    calls = {c.layer.name: c for c in facts.forward.recorder.calls}
    found = False
    for layer in internals.leaf_layers(program.model):
        if layer.name in waiting and layer.name in calls:
            layer.adapt(given_to(facts, calls[layer.name]))
            program.code.append(f"{layer.name}.adapt(x_train)")
            found = True
    if not found:
        raise NotApplicable("every Normalization layer was adapted")


def given_to(facts, call) -> np.ndarray:
    """What a layer is given: the whole input array, where it is one."""
    seen = np.asarray(call.inputs[0])
    for array in facts.data.inputs:
        first = array.values[: len(seen)]
        if first.shape == seen.shape and np.allclose(first, seen):
            return numbers(array)
    return seen


def numbers(array) -> np.ndarray:
    """The numbers of an input, all of them where they are at hand."""
    whole = array.whole
    held = whole if isinstance(whole, np.ndarray) else array.values
    return np.asarray(held, "float32")


@remedy("standardize the inputs in the model", "input-not-normalized")
def standardize(program, finding, facts):
    """Puts an adapted Normalization before the model.

    The data are standardized while it trains, and the layer is put in front
    of the trained model: it takes the inputs that the user has.
    """
    inputs = facts.data.inputs
    looked_up = {lookup.source for lookup in facts.lookups}
    layers, shapes = [], []
    for array in inputs:
        numeric = array.numeric and array.name not in looked_up
        layers.append(normalization(numbers(array)) if numeric else None)
        shapes.append(array.values.shape[1:])
    if not any(layers):
        raise NotApplicable("no input holds amounts")

    def change(x):
        flat = iter(layers)
        return nests.transform(lambda a: with_layer(next(flat), a), x)

    program.changed_data(x=change)
    program.finish.append(lambda model: surgery.fronted(model, layers, shapes))
    program.code += [
        "normalize = keras.layers.Normalization()",
        "normalize.adapt(x_train)",
        "model = keras.Sequential([normalize, model])",
    ]


def with_layer(layer, array):
    """An input as the layer makes it; as it is where there is none."""
    return array if layer is None else layer(array)


def normalization(values: np.ndarray):
    """A Normalization layer for these values: per feature or channel."""
    rows = values.reshape(-1, values.shape[-1] if values.ndim > 1 else 1)
    rows = rows[np.isfinite(rows).all(axis=1)]
    if not len(rows):
        raise NotApplicable("the inputs hold no finite row")
    mean, std = rows.mean(axis=0), rows.std(axis=0)
    tops = rows.max(axis=0)
    if len(tops) > 16 and np.median(tops) > 0.3 * tops.max() > 0:
        # Pixels and the like: one scale, so that rare ones stay small.
        mean = np.full_like(mean, rows.mean())
        std = np.full_like(std, rows.std())
    std = np.where(std > 1e-7 * (1 + np.abs(mean)), std, 1.0)
    return surgery.standardizing(mean, std)


@remedy("scale the inputs once", "input-over-normalized")
def scale_once(program, finding, facts):
    """Undoes a Rescaling layer that follows a scaling in the loader."""
    found = [
        layer
        for layer in internals.leaf_layers(program.model)
        if type(layer).__name__ == "Rescaling"
    ]
    for layer in found:
        if np.all(np.abs(layer.scale) < 0.1):
            layer.scale, layer.offset = 1.0, 0.0
            program.code.append(f"{layer.name}: scale=1.0, offset=0.0")
            return
    standardize(program, finding, facts)


@remedy(
    "leave out the rows that hold no number",
    "input-non-finite",
    "target-non-finite",
)
def drop_rows(program, finding, facts):
    """Drops rows with NaN or inf; fills columns where most rows have some."""
    import keras

    def keep(x, y):
        found = None
        for part in [*nests.arrays(x), *nests.arrays(y)]:
            part = keras.ops.convert_to_tensor(part)
            if not keras.backend.is_float_dtype(part.dtype):
                continue
            shape = (keras.ops.shape(part)[0], -1)
            flat = keras.ops.reshape(keras.ops.isfinite(part), shape)
            rows = keras.ops.all(flat, axis=1)
            found = (
                rows if found is None else keras.ops.logical_and(found, rows)
            )
        return found

    program.data = program.data.kept(keep)
    if program.validation is not None:
        program.validation = program.validation.kept(keep)
    program.code += [
        "keep = np.isfinite(x).all(axis=1) & np.isfinite(y)",
        "x, y = x[keep], y[keep]",
    ]


@remedy("cut the longer one at its end", "length-mismatch")
def cut_lengths(program, finding, facts):
    """Leaves out the last rows, which have no partner.

    Whether it is the last ones that have none only the user can tell.
    """
    if not hasattr(program.data, "cut"):
        raise NotApplicable("the data are no arrays")
    program.data = program.data.cut()
    program.code += [
        "rows = min(len(x), len(y))",
        "x, y = x[:rows], y[:rows]  # If the rest has no partner.",
    ]


@remedy("shuffle the rows", "unshuffled-data", "labels-single-class")
def shuffle(program, finding, facts):
    """Shuffles rows, of a stream too."""
    program.data = program.data.shuffled()
    program.fit["shuffle"] = True
    program.code.append("dataset.shuffle(10_000), or fit(..., shuffle=True)")


@remedy("turn the augmentation off", "excessive-augmentation")
def without_augmentation(program, finding, facts):
    """Lets the augmenting layers hand on what they are given."""
    from keras_troubleshoot.facts.architecture import AUGMENTING

    names = [
        layer.name
        for layer in internals.leaf_layers(program.model)
        if type(layer).__name__ in AUGMENTING
    ]
    if not names:
        raise NotApplicable("no layer of the model augments")
    program.model = surgery.without(program.model, names)
    program.code.append(f"without the layers {', '.join(names)}")


@remedy(
    "put the axis of the channels where the model wants it", "shape-mismatch"
)
def move_channels(program, finding, facts):
    """Moves the channels of pictures from the front to the end, or back."""
    inputs = facts.data.inputs
    wanted = list(internals.input_shapes(program.model).values())
    if len(inputs) != 1 or len(wanted) != 1 or inputs[0].values.ndim != 4:
        raise NotApplicable("it is not about one input of pictures")
    shape, want = inputs[0].values.shape[1:], tuple(wanted[0][1:])
    for axes in ((1, 2, 0), (2, 0, 1)):
        moved = tuple(shape[i] for i in axes)
        fits = zip(moved, want, strict=True)
        if all(w in (None, m) for m, w in fits) and moved != shape:
            break
    else:
        raise NotApplicable("the axes are not in another order")
    import keras

    order = tuple(1 + i for i in axes)
    program.changed_data(x=lambda x: keras.ops.transpose(x, (0, *order)))
    program.finish.append(
        lambda model: surgery.fronted(
            model, [keras.layers.Permute(order)], [shape]
        )
    )
    program.code.append(
        f"x = np.transpose(x, (0, {order[0]}, {order[1]}, {order[2]}))"
    )
