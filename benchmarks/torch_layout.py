"""Small networks in NumPy as PyTorch lays them out, to be recorded.

Written from the formulas in PyTorch's documentation, in float64, apart from
Keras: pictures are (rows, channels, height, width), `Linear` keeps (out, in),
recurrent weights are stacked by gate.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import special


def record(network, x, keep=None):
    """Runs a list of (name, function); returns `{name: output}`."""
    outputs = {}
    for name, run in network:
        x = run(x)
        if keep is None or keep(name):
            outputs[name] = x
    return outputs


def weights_of(network, weights):
    """Those weights that belong to a network, by `name.weight`."""
    names = {name for name, _ in network}
    return {k: v for k, v in weights.items() if k.rpartition(".")[0] in names}


def windows(x, size, stride, padding, fill=0.0):
    """(rows, channels, height, width, size, size)."""
    margin = (padding, padding)
    x = np.pad(x, ((0, 0), (0, 0), margin, margin), constant_values=fill)
    found = sliding_window_view(x, (size, size), (2, 3))
    return found[:, :, ::stride, ::stride]


def conv(weight, bias, stride=1, padding=0):
    """`Conv2d`."""

    def run(x):
        found = windows(x, weight.shape[-1], stride, padding)
        made = np.einsum("nchwij,ocij->nohw", found, weight, optimize=True)
        return made + bias[:, None, None]

    return run


def max_pool(size=2, stride=2, padding=0):
    """`MaxPool2d`."""
    return lambda x: windows(x, size, stride, padding, -np.inf).max((-2, -1))


def average_pool(size=2, stride=2, padding=0):
    """`AvgPool2d`; counts its padding."""
    return lambda x: windows(x, size, stride, padding).mean((-2, -1))


def batch_norm(weight, bias, mean, variance, epsilon=1e-5):
    """`BatchNorm2d` in eval mode."""

    def run(x):
        shape = (-1, *(1,) * (x.ndim - 2))
        m, v, w, b = (a.reshape(shape) for a in (mean, variance, weight, bias))
        return (x - m) / np.sqrt(v + epsilon) * w + b

    return run


def layer_norm(weight, bias, epsilon=1e-5):
    """`LayerNorm` over the last axis."""

    def run(x):
        mean, variance = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
        return (x - mean) / np.sqrt(variance + epsilon) * weight + bias

    return run


def linear(weight, bias):
    """`Linear`."""
    return lambda x: x @ weight.T + bias


def flatten(x):
    """`Flatten`: channels first."""
    return x.reshape(len(x), -1)


def relu(x):
    """`ReLU`."""
    return np.maximum(x, 0)


def gelu(x):
    """`GELU()`: exact."""
    return x * special.ndtr(x)


def gelu_tanh(x):
    """`GELU(approximate="tanh")`."""
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


def leaky_relu(x):
    """`LeakyReLU()`: slope 0.01."""
    return np.where(x > 0, x, 0.01 * x)


def embedding(weight):
    """`Embedding`."""
    return lambda x: weight[x]


def lstm(weight_ih, weight_hh, bias_ih, bias_hh):
    """`LSTM(batch_first=True)`: all hidden states; gates i, f, g, o."""

    def run(x):
        hidden = cell = np.zeros((len(x), weight_hh.shape[1]))
        states = []
        for step in range(x.shape[1]):
            gates = x[:, step] @ weight_ih.T + bias_ih
            gates = gates + hidden @ weight_hh.T + bias_hh
            i, f, g, o = np.split(gates, 4, axis=1)
            cell = special.expit(f) * cell + special.expit(i) * np.tanh(g)
            hidden = special.expit(o) * np.tanh(cell)
            states.append(hidden)
        return np.stack(states, 1)

    return run


def gru(weight_ih, weight_hh, bias_ih, bias_hh):
    """`GRU(batch_first=True)`: all hidden states; gates r, z, n."""

    def run(x):
        hidden, states = np.zeros((len(x), weight_hh.shape[1])), []
        for step in range(x.shape[1]):
            given = np.split(x[:, step] @ weight_ih.T + bias_ih, 3, axis=1)
            kept = np.split(hidden @ weight_hh.T + bias_hh, 3, axis=1)
            r = special.expit(given[0] + kept[0])
            z = special.expit(given[1] + kept[1])
            n = np.tanh(given[2] + r * kept[2])
            hidden = (1 - z) * n + z * hidden
            states.append(hidden)
        return np.stack(states, 1)

    return run


def attention(in_weight, in_bias, out_weight, out_bias, heads, scale=None):
    """`MultiheadAttention(batch_first=True)` of a sequence with itself."""

    def run(x):
        rows, steps, width = x.shape
        parts = np.split(x @ in_weight.T + in_bias, 3, axis=-1)
        shape = (rows, steps, heads, width // heads)
        q, k, v = (p.reshape(shape).transpose(0, 2, 1, 3) for p in parts)
        factor = scale or 1 / np.sqrt(width // heads)
        scores = special.softmax(q @ k.swapaxes(-1, -2) * factor, axis=-1)
        mixed = (scores @ v).transpose(0, 2, 1, 3).reshape(x.shape)
        return mixed @ out_weight.T + out_bias

    return run
