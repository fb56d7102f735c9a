"""Cases of memory: what does not fit, and what takes most of it."""

from keras_troubleshoot.facts.architecture import Layer
from keras_troubleshoot.facts.facts import Facts
from keras_troubleshoot.facts.memory_need import Making
from keras_troubleshoot.facts.memory_need import Need
from keras_troubleshoot.facts.passes import Failure
from tests.rules import building as b
from tests.rules.checking import ADVICE
from tests.rules.checking import ERROR
from tests.rules.checking import WARNING
from tests.rules.checking import Sick
from tests.rules.checking import Twin

GIB = 2**30


class ResourceExhaustedError(Exception):
    """Named as TensorFlow's."""


def need(needed, available, device="CPU"):
    """A traced step, in GiB."""
    return Facts(
        memory=Need(
            256,
            int(available * GIB),
            device,
            None if needed is None else int(needed * GIB),
            "conv2d_7",
        )
    )


def raised(message, kind=ResourceExhaustedError, layers=(), **known):
    return Facts(raised=Failure("fit", kind(message), layers), **known)


def weights(*counts, kind="Dense"):
    """A model of convolutions and one layer of another class at the end."""
    layers = [
        Layer(f"l{i}", f"l{i}", "Conv2D", weights=count)
        for i, count in enumerate(counts[:-1])
    ]
    last = Layer("wide", "wide", kind, weights=counts[-1])
    return Facts(model=b.model(*layers, last))


def makings(*parts, available=64):
    """Layers that make so many GiB: (name, made, largest, shape, op)."""
    made = tuple(
        Making(name, "Layer", int(m * GIB), int(n * GIB), shape, op)
        for name, m, n, shape, op in parts
    )
    held = Need(64, int(available * GIB), makings=made)
    return Facts(model=b.model(), memory=held)


OOM = "OOM when allocating tensor with shape[256,64,224,224] and type float"

SICK = (
    Sick(
        "twice what is free",
        "memory-exceeds-device",
        ERROR,
        lambda: need(32, 16),
        "the model",
        {"needed_gib": 32, "available_gib": 16, "batch_size": 256},
        ("32 GiB", "16 GiB", "conv2d_7", "find_batch_size"),
    ),
    Sick(
        "a little more than is free",
        "memory-exceeds-device",
        WARNING,
        lambda: need(17, 16),
        "the model",
        {"needed_gib": 17},
        ("17 GiB",),
    ),
    Sick(
        "a GPU, where XLA may need less",
        "memory-exceeds-device",
        WARNING,
        lambda: need(100, 80, "GPU"),
        "the model",
        {"available_gib": 80},
        ("GPU has 80 GiB",),
    ),
    Sick(
        "TensorFlow could not allocate",
        "out-of-memory",
        ERROR,
        lambda: raised(OOM, layers=(("conv", "Conv2D", ()),), memory=b_need()),
        "layer 'conv'",
        {"shape": [256, 64, 224, 224], "batch_size": 256},
        ("(256, 64, 224, 224)", "batch_size=128"),
    ),
    Sick(
        "NumPy could not allocate",
        "out-of-memory",
        ERROR,
        lambda: raised(
            "Unable to allocate 7.45 GiB for an array with shape "
            "(1000, 1000, 1000) and data type float64",
            MemoryError,
        ),
        "fit",
        {"exception": "MemoryError", "shape": [1000, 1000, 1000]},
        ("do not fit", "in batches"),
    ),
    Sick(
        "Flatten of a large picture",
        "oversized-layer",
        WARNING,
        lambda: weights(2000, 40_000, 205_000_000),
        "layer 'wide'",
        {"weights": 205_000_000, "total": 205_042_000},
        ("2.05e+08", "GlobalAveragePooling2D"),
    ),
    Sick(
        "Flatten of a picture",
        "oversized-layer",
        ADVICE,
        lambda: weights(100_000, 20_000_000),
        "layer 'wide'",
        {"weights": 20_000_000},
        ("99.5%",),
    ),
    Sick(
        "attention over a long sequence",
        "oversized-layer",
        ADVICE,
        lambda: makings(
            ("attend", 8, 4, (4, 4096, 4096), "Softmax"),
            ("dense", 1, 1, (4096, 64), "MatMul"),
        ),
        "layer 'attend'",
        {"made_gib": 8, "whole_gib": 9, "largest_gib": 4},
        ("89%", "(n, 4, 4096, 4096)", "Shorten the sequence"),
    ),
    Sick(
        "one tensor that does not fit",
        "oversized-layer",
        WARNING,
        lambda: makings(
            ("conv", 90, 80, (4096, 4096, 20), "Conv2D"), available=16
        ),
        "layer 'conv'",
        {"largest_gib": 80},
        ("strides",),
    ),
)


def b_need():
    return need(32, 16).memory


TWINS = (
    Twin("it fits", "memory-exceeds-device", lambda: need(15, 16)),
    Twin("ample room", "memory-exceeds-device", lambda: need(None, 16)),
    Twin(
        "another exception",
        "out-of-memory",
        lambda: raised("shapes (3,) and (4,) do not match", ValueError),
    ),
    Twin(
        "a room that is no memory",
        "out-of-memory",
        lambda: raised("No such file: /data/room/bloom.npy", OSError),
    ),
    Twin("no exception", "out-of-memory", lambda: Facts(raised=None)),
    Twin(
        "LeNet",
        "oversized-layer",
        lambda: weights(156, 2416, 48_120),
    ),
    Twin(
        "VGG16",
        "oversized-layer",
        lambda: weights(14_714_688, 20_878_312, 102_764_544),
    ),
    Twin(
        "a table of words",
        "oversized-layer",
        lambda: weights(1000, 400_000_000, kind="Embedding"),
    ),
    Twin(
        "a small batch of small tensors",
        "oversized-layer",
        lambda: makings(("conv", 0.9, 0.5, (64, 64, 8), "Conv2D")),
    ),
    Twin(
        "many layers of one size",
        "oversized-layer",
        lambda: makings(
            *((f"conv{i}", 2, 1, (224, 224, 64), "Conv2D") for i in range(9))
        ),
    ),
)
