"""The networks of `planted_differences`: in Keras, and recorded in NumPy."""

import keras
import numpy as np
import torch_layout as torch
from keras import layers

from keras_troubleshoot.debugging.comparing.recording import Recording

CLASSES = 5
LOSS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def compiled(model, optimizer=None, loss=LOSS):
    """A model with an optimizer and a loss."""
    model.compile(optimizer or keras.optimizers.Adam(1e-3), loss)
    return model


def lived_in(model, seed):
    """Gives biases, scales and statistics the values of a trained network."""
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        if "float" not in str(weight.dtype) or len(weight.shape) > 1:
            continue
        drawn = 0.3 * rng.standard_normal(weight.shape)
        if weight.name in ("gamma", "moving_variance"):
            drawn = np.exp(drawn)
        weight.assign(drawn)
    return model


def images(seed, size=12):
    """Pictures with channels last, and labels."""
    rng = np.random.default_rng(seed + 100)
    x = rng.standard_normal((32, size, size, 3)).astype("float32")
    return x, rng.integers(0, CLASSES, 32)


def lenet(seed, **o):
    """Convolutions, pooling, two dense layers."""
    keras.utils.set_random_seed(seed)
    pool = o.get("pool", layers.MaxPooling2D)
    act, size = o.get("activation", "relu"), 12
    model = keras.Sequential(
        [
            keras.Input((size, size, 3)),
            layers.Conv2D(6, 3, padding="same", activation=act, name="conv1"),
            pool(2, name="pool1"),
            layers.Conv2D(
                8, 3, padding="same", activation="relu", name="conv2"
            ),
            layers.Flatten(name="flatten"),
            layers.Dense(16, "relu", use_bias=o.get("bias", True), name="fc1"),
            layers.Dense(16, "tanh", name="fc2"),
            layers.Dense(CLASSES, name="fc3"),
        ]
    )
    return compiled(model, o.get("optimizer"), o.get("loss", LOSS))


def residual(seed, **o):
    """Normalized convolutions, a shortcut, global pooling."""
    keras.utils.set_random_seed(seed)
    norm = {k: o[k] for k in ("epsilon", "momentum") if k in o}
    x = inputs = keras.Input((12, 12, 3))
    x = layers.Conv2D(8, 3, padding="same", name="stem")(x)
    x = layers.BatchNormalization(name="bn0", **norm)(x)
    x = short = layers.ReLU(name="relu0")(x)
    x = layers.Conv2D(
        8, 3, padding=o.get("padding", "same"), use_bias=False, name="conv1"
    )(x)
    x = layers.BatchNormalization(name="bn1", **norm)(x)
    x = layers.Activation(o.get("activation", "relu"), name="act1")(x)
    if o.get("padding", "same") == "valid":
        short = layers.Cropping2D(1, name="crop")(short)
    x = layers.Add(name="add")([x, short])
    x = o.get("dropout", layers.Dropout)(0.3, name="drop")(x)
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    outputs = layers.Dense(CLASSES, name="head")(x)
    model = keras.Model(inputs, outputs)
    return compiled(model, o.get("optimizer"), o.get("loss", LOSS))


def plain(seed, **o):
    """Two convolutions and global pooling: any size of picture will do."""
    keras.utils.set_random_seed(seed)
    window = {k: o[k] for k in ("padding", "strides") if k in o}
    model = keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            layers.Conv2D(8, 3, padding="same", name="conv1"),
            layers.ReLU(name="relu1"),
            layers.Conv2D(8, 3, name="conv2", **({"padding": "same"} | window)),
            layers.ReLU(name="relu2"),
            layers.GlobalAveragePooling2D(name="mean"),
            layers.Dense(CLASSES, name="head"),
        ]
    )
    return compiled(model)


def tokens(seed):
    """Token ids and labels."""
    rng = np.random.default_rng(seed + 200)
    return rng.integers(0, 40, (32, 10)), rng.integers(0, CLASSES, 32)


def recurrent(seed, cell="LSTM", **o):
    """An embedding, a recurrent layer, a dense layer."""
    keras.utils.set_random_seed(seed)
    make = getattr(layers, cell)
    model = keras.Sequential(
        [
            keras.Input((10,), dtype="int32"),
            layers.Embedding(40, 12, name="embed"),
            make(16, return_sequences=True, name="rnn", **o.get("rnn", {})),
            layers.LayerNormalization(
                epsilon=o.get("epsilon", 1e-5),
                axis=o.get("axis", -1),
                center=o.get("affine", True),
                scale=o.get("affine", True),
                name="norm",
            ),
            layers.GlobalAveragePooling1D(name="mean"),
            layers.Dense(CLASSES, name="head"),
        ]
    )
    return compiled(model, o.get("optimizer"), o.get("loss", LOSS))


class AlwaysOn(layers.Dropout):
    """Dropout that takes no notice of the mode."""

    def call(self, inputs, training=False):
        """Drops in inference too."""
        return super().call(inputs, training=True)


class Scaled(layers.MultiHeadAttention):
    """Attention that forgets the root in its scale."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._inverse_sqrt_key_dim = 1 / self._key_dim


def transformer(seed, **o):
    """One block of a transformer, norm first."""
    keras.utils.set_random_seed(seed)
    x = inputs = keras.Input((10,), dtype="int32")
    x = layers.Embedding(40, 16, name="embed")(x)
    y = layers.LayerNormalization(epsilon=o.get("epsilon", 1e-5), name="ln1")(x)
    attend = o.get("attention", layers.MultiHeadAttention)
    y = attend(2, 8, name="attn")(y, y)
    x = layers.Add(name="add1")([x, y])
    y = layers.LayerNormalization(epsilon=1e-5, name="ln2")(x)
    y = layers.Dense(32, name="up")(y)
    y = layers.Activation(o.get("activation", "gelu"), name="act")(y)
    y = layers.Dense(16, name="down")(y)
    x = layers.Add(name="add2")([x, y])
    x = o.get("dropout", layers.Dropout)(0.2, name="drop")(x)
    x = layers.GlobalAveragePooling1D(name="mean")(x)
    model = keras.Model(inputs, layers.Dense(CLASSES, name="head")(x))
    return compiled(model, o.get("optimizer"), o.get("loss", LOSS))


def torch_weights(model):
    """The weights of one of these models as a `state_dict` of PyTorch.

    The dense layer behind `flatten` gets the rows of channels first.
    """
    held = {}
    for layer in model.layers:
        kind, w = type(layer).__name__, layer.get_weights()
        name = layer.name
        if kind == "Conv2D":
            held[f"{name}.weight"] = w[0].transpose(3, 2, 0, 1)
            held |= {f"{name}.bias": b for b in w[1:]}
        elif kind == "Dense":
            kernel = w[0]
            if name == "fc1":
                height, width, channels = model.get_layer("conv2").output.shape[
                    1:
                ]
                split = kernel.reshape(height, width, channels, -1)
                kernel = split.transpose(2, 0, 1, 3).reshape(kernel.shape)
            held[f"{name}.weight"] = kernel.T
            held |= {f"{name}.bias": b for b in w[1:]}
        elif kind == "BatchNormalization":
            names = ("weight", "bias", "running_mean", "running_var")
            held |= {f"{name}.{n}": v for n, v in zip(names, w, strict=True)}
        elif kind == "LayerNormalization":
            names = ("weight", "bias")
            held |= {f"{name}.{n}": v for n, v in zip(names, w, strict=False)}
        elif kind == "Embedding":
            held[f"{name}.weight"] = w[0]
        elif kind in ("LSTM", "GRU"):
            held |= recurrent_weights(name, kind, w)
        elif w:
            held |= attention_weights(name, w)
    return {k: np.array(v, "float64") for k, v in held.items()}


def recurrent_weights(name, kind, w):
    """Of an LSTM or a GRU; the second bias of an LSTM is a third of it."""
    kernel, again, bias = w
    biases = (bias * 2 / 3, bias / 3) if kind == "LSTM" else tuple(bias)

    def gates(array):
        parts = np.split(array, 3 if kind == "GRU" else 4)
        order = (1, 0, 2) if kind == "GRU" else (0, 1, 2, 3)
        return np.concatenate([parts[i] for i in order])

    return {
        f"{name}.weight_ih_l0": gates(kernel.T),
        f"{name}.weight_hh_l0": gates(again.T),
        f"{name}.bias_ih_l0": gates(biases[0]),
        f"{name}.bias_hh_l0": gates(biases[1]),
    }


def attention_weights(name, w):
    """Of Keras's multi-head attention."""
    width = w[0].shape[0]
    parts = [w[i].reshape(width, -1).T for i in (0, 2, 4)]
    return {
        f"{name}.in_proj_weight": np.concatenate(parts),
        f"{name}.in_proj_bias": np.concatenate(
            [w[i].ravel() for i in (1, 3, 5)]
        ),
        f"{name}.out_proj.weight": w[6].reshape(-1, width).T,
        f"{name}.out_proj.bias": w[7],
    }


def recorded(kind, model, x, **o):
    """What PyTorch would have recorded of one of these models."""
    w = torch_weights(model)
    outputs = RECORDED[kind](w, x, **o)
    return Recording(outputs, w)


def lenet_recorded(w, x, act=torch.relu, **_):
    """`lenet`, its activations as layers of their own."""
    network = [
        ("conv1", torch.conv(w["conv1.weight"], w["conv1.bias"], 1, 1)),
        ("relu1", act),
        ("pool1", torch.max_pool()),
        ("conv2", torch.conv(w["conv2.weight"], w["conv2.bias"], 1, 1)),
        ("relu2", torch.relu),
        ("flatten", torch.flatten),
        ("fc1", torch.linear(w["fc1.weight"], w["fc1.bias"])),
        ("relu3", torch.relu),
        ("fc2", torch.linear(w["fc2.weight"], w["fc2.bias"])),
        ("tanh", np.tanh),
        ("fc3", torch.linear(w["fc3.weight"], w["fc3.bias"])),
    ]
    return torch.record(network, np.moveaxis(x, -1, 1).astype("float64"))


def plain_recorded(w, x, padding=1, stride=1, **_):
    """`plain`."""
    second = w["conv2.weight"], w["conv2.bias"]
    network = [
        ("conv1", torch.conv(w["conv1.weight"], w["conv1.bias"], 1, 1)),
        ("relu1", torch.relu),
        ("conv2", torch.conv(*second, stride, padding)),
        ("relu2", torch.relu),
        ("mean", lambda x: x.mean((2, 3))),
        ("head", torch.linear(w["head.weight"], w["head.bias"])),
    ]
    return torch.record(network, np.moveaxis(x, -1, 1).astype("float64"))


def norm(w, name):
    """The four vectors of a batch normalization."""
    names = ("weight", "bias", "running_mean", "running_var")
    return [w[f"{name}.{n}"] for n in names]


def residual_recorded(w, x, epsilon=1e-5, act=torch.relu, **_):
    """`residual`, from before the shortcut on by hand."""
    stem = [
        ("stem", torch.conv(w["stem.weight"], w["stem.bias"], 1, 1)),
        ("bn0", torch.batch_norm(*norm(w, "bn0"), epsilon)),
        ("relu0", torch.relu),
    ]
    found = torch.record(stem, np.moveaxis(x, -1, 1).astype("float64"))
    zeros = np.zeros(8)
    block = [
        ("conv1", torch.conv(w["conv1.weight"], zeros, 1, 1)),
        ("bn1", torch.batch_norm(*norm(w, "bn1"), epsilon)),
        ("act1", act),
        ("add", lambda x: x + found["relu0"]),
        ("mean", lambda x: x.mean((2, 3))),
        ("head", torch.linear(w["head.weight"], w["head.bias"])),
    ]
    return found | torch.record(block, found["relu0"])


def recurrent_recorded(w, x, cell="LSTM", epsilon=1e-5, **_):
    """`recurrent`."""
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    make = {"LSTM": torch.lstm, "GRU": torch.gru}[cell]
    affine = [w.get("norm.weight", 1.0), w.get("norm.bias", 0.0)]
    network = [
        ("embed", torch.embedding(w["embed.weight"])),
        ("rnn", make(*(w[f"rnn.{n}"] for n in names))),
        ("norm", torch.layer_norm(*affine, epsilon)),
        ("mean", lambda x: x.mean(1)),
        ("head", torch.linear(w["head.weight"], w["head.bias"])),
    ]
    return torch.record(network, x)


def transformer_recorded(w, x, epsilon=1e-5, act=torch.gelu, scale=None, **_):
    """`transformer`, the sums by hand."""
    names = ("in_proj_weight", "in_proj_bias", "out_proj.weight")
    parts = [w[f"attn.{n}"] for n in (*names, "out_proj.bias")]
    first = [
        ("embed", torch.embedding(w["embed.weight"])),
        ("ln1", torch.layer_norm(w["ln1.weight"], w["ln1.bias"], epsilon)),
        ("attn", torch.attention(*parts, 2, scale)),
    ]
    found = torch.record(first, x)
    middle = found["embed"] + found["attn"]
    second = [
        ("ln2", torch.layer_norm(w["ln2.weight"], w["ln2.bias"])),
        ("up", torch.linear(w["up.weight"], w["up.bias"])),
        ("act", act),
        ("down", torch.linear(w["down.weight"], w["down.bias"])),
        ("add2", lambda x: x + middle),
        ("mean", lambda x: x.mean(1)),
        ("head", torch.linear(w["head.weight"], w["head.bias"])),
    ]
    return found | {"add1": middle} | torch.record(second, middle)


RECORDED = {
    "plain": plain_recorded,
    "lenet": lenet_recorded,
    "residual": residual_recorded,
    "recurrent": recurrent_recorded,
    "transformer": transformer_recorded,
}
