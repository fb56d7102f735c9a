"""What each TensorFlow operation makes of the ranges of its inputs."""

import dataclasses

import numpy as np

from keras_troubleshoot.facts import intervals
from keras_troubleshoot.facts.intervals import HARDLY
from keras_troubleshoot.facts.intervals import INF
from keras_troubleshoot.facts.intervals import RARELY
from keras_troubleshoot.facts.intervals import READILY
from keras_troubleshoot.facts.intervals import Interval

# Operations that only move numbers about: their first input carries them.
MOVING = frozenset(
    "Identity Reshape Squeeze ExpandDims Transpose StridedSlice Slice "
    "EnsureShape Snapshot PreventGradient CheckNumerics GatherV2 GatherNd "
    "Gather ResourceGather Tile BroadcastTo ReverseV2 Roll Max Min MaxPool "
    "MaxPool3D AvgPool AvgPool3D Mean TopKV2 Unpack DepthToSpace "
    "SpaceToDepth MirrorPad Reverse "
    "MatrixDiagPartV3 ResizeBilinear ResizeNearestNeighbor SplitV".split()
)
# Of these, the ends are reached only if many numbers lie there at once.
AVERAGING = frozenset("AvgPool AvgPool3D Mean".split())
ROUNDING = frozenset("Floor Ceil Round Rint Sign".split())
# What they make follows from the shapes, not from the numbers.
SHAPES = frozenset("Shape ShapeN Size Rank ZerosLike OnesLike".split())
RANDOM = frozenset(
    "RandomUniform StatelessRandomUniform StatelessRandomUniformV2".split()
)
# Operations that make other numbers each time.
DRAWING = (
    "Random",
    "Stateless",
    "Stateful",
    "Truncated",
    "Multinomial",
    "ReadVariable",
)
UNBOUNDED = frozenset(
    "FusedBatchNormV3 FusedBatchNormV2 RandomStandardNormal "
    "StatelessRandomNormalV2 StatelessRandomNormal TruncatedNormal "
    "StatelessTruncatedNormalV2".split()
)
PRODUCTS = frozenset(
    "MatMul BatchMatMulV2 BatchMatMulV3 BatchMatMul Conv1D Conv2D Conv3D "
    "DepthwiseConv2dNative Conv2DBackpropInput Einsum "
    "Conv3DBackpropInputV2".split()
)
# Activations: the least and the largest value, and how readily each comes.
BOUNDED = {
    "Sigmoid": (0, 1, RARELY, READILY),
    "Softmax": (0, 1, RARELY, READILY),
    "LogSoftmax": (-INF, 0, HARDLY, READILY),
    "Tanh": (-1, 1, READILY, READILY),
    "Erf": (-1, 1, READILY, READILY),
    "Sin": (-1, 1, HARDLY, HARDLY),
    "Cos": (-1, 1, HARDLY, HARDLY),
    "Softsign": (-1, 1, HARDLY, HARDLY),
    "OneHot": (0, 1, READILY, READILY),
    "Sign": (-1, 1, READILY, READILY),
}
RISING = {
    "Exp": np.exp,
    "Expm1": np.expm1,
    "Log": np.log,
    "Log1p": np.log1p,
    "Sqrt": np.sqrt,
    "Softplus": lambda x: np.logaddexp(0.0, x),
    "Elu": lambda x: x if x > 0 else np.expm1(x),
    "Selu": lambda x: 1.0507 * (x if x > 0 else 1.6733 * np.expm1(x)),
    "Relu": lambda x: max(x, 0.0),
    "Relu6": lambda x: min(max(x, 0.0), 6.0),
    "LeakyRelu": lambda x: x,
}
LOGICAL = frozenset(
    "Greater GreaterEqual Less LessEqual Equal NotEqual LogicalAnd LogicalOr "
    "LogicalNot IsFinite IsNan IsInf Any All".split()
)


def propagate(kind: str, parts: list[Interval], operation) -> Interval:
    """The interval of what an operation makes.

    Args:
        kind: its type, such as `MatMul`.
        parts: the intervals of its inputs.
        operation: the `Operation`, for values of constants and shapes.
    """
    out = operation.outputs[0]
    dtype = getattr(out.dtype, "name", "")
    if kind in SHAPES or constant(kind, parts):
        return intervals.of(out, fixed=True)
    if kind in LOGICAL:
        made = Interval(0.0, 1.0, low_reach=READILY, high_reach=READILY)
        return dataclasses.replace(
            intervals.merged(parts, made), flows=False, known=True
        )
    rule = RULES.get(kind)
    if rule is None:
        return intervals.unknown(parts)
    made = intervals.rounded(rule(parts, operation), dtype)
    real = dtype.startswith(("float", "bfloat"))
    kept = kind in MOVING or kind == "Cast"
    return dataclasses.replace(
        made,
        fixed=False,
        flows=made.flows and real,
        peak=peak(kind, parts[0]),
        picked=made.picked if kept else kind == "Mul" and picks(parts),
    )


def peak(kind: str, part: Interval) -> float | None:
    """The largest number of each row, after an operation; None if unknown."""
    if part.peak is None or kind in ("Identity", "Cast"):
        return part.peak
    return RISING[kind](part.peak) if kind in RISING else None


def picks(parts) -> bool:
    """Whether numbers of the data, from 0 to 1, pick those of others."""
    return any(
        not code.free and code.low == 0 and code.high == 1 and other.free
        for code, other in (parts[:2], parts[1::-1])
    )


def constant(kind: str, parts) -> bool:
    """Whether an operation makes the same of the same constants."""
    stateful = kind.startswith(DRAWING)
    return bool(parts) and all(p.fixed for p in parts) and not stateful


def moving(kind):
    """A rule of an operation that moves numbers about."""

    def rule(parts, operation):
        part = parts[0]
        if kind in AVERAGING:
            part = dataclasses.replace(part, low_reach=HARDLY, nonzero=False)
            part = dataclasses.replace(part, high_reach=HARDLY)
        return intervals.merged(parts[:1], part)

    return rule


def bounded(kind):
    """A rule of an activation with ends of its own."""
    low, high, *reach = BOUNDED[kind]

    def rule(parts, operation):
        made = Interval(low, high, low_reach=reach[0], high_reach=reach[1])
        merged = intervals.merged(parts[:1], made)
        # Whatever goes in, the range of what comes out is known.
        return dataclasses.replace(merged, known=True)

    return rule


def rising(kind):
    """A rule of a function that only rises."""
    function = RISING[kind]

    def rule(parts, operation):
        (part,) = parts[:1]
        if kind in ("Log", "Sqrt"):
            # Only what is in its domain has a value at all.
            part = dataclasses.replace(part, low=max(part.low, 0.0))
        if kind == "Log1p":
            part = dataclasses.replace(part, low=max(part.low, -1.0))
        made = intervals.monotone(part, function)
        if kind in ("Relu", "Relu6") and part.low < 0:
            made = dataclasses.replace(made, low_reach=READILY, known=True)
        if kind in ("Exp", "Softplus", "Elu", "Selu"):
            made = dataclasses.replace(made, known=True)
        return made

    return rule


def total(parts, operation) -> Interval:
    """Sums along axes."""
    part = parts[0]
    ratio = size(operation.inputs[0]) / max(size(operation.outputs[0]), 1)
    low = 0.0 if part.low == 0 else part.low * (ratio if part.low < 0 else 1)
    if part.peak is not None and part.low >= 0:
        low = max(low, part.peak)
    high = 0.0 if part.high == 0 else part.high * ratio
    reach = part.low_reach, part.high_reach
    if ratio > 1:
        # Zero in each row but for one: a number picked by a one-hot code.
        reach = min(reach[0], RARELY), HARDLY
        if not part.picked:
            reach = HARDLY, HARDLY
    return part.to(low, high, *reach, nonzero=low > 0)


def size(tensor) -> int:
    """How many numbers a tensor holds."""
    return int(np.prod(tensor.shape, dtype=int))


def times(parts, operation) -> Interval:
    """Products of numbers; of a tensor with itself, squares."""
    one, other = operation.inputs
    if one is other:
        return intervals.square(parts[0])
    return intervals.multiply(*parts)


def products(parts, operation) -> Interval:
    """Sums of products: of any size, but not of any sign."""
    merged = intervals.merged(parts, Interval())
    signs = intervals.multiply(*parts[:2]) if len(parts) > 1 else merged
    low = 0.0 if signs.low >= 0 else -INF
    return dataclasses.replace(merged, low=low)


def unbounded(parts, operation) -> Interval:
    """Numbers of any size and sign."""
    return intervals.merged(parts, Interval())


def sums(parts, operation) -> Interval:
    """Sums of several tensors."""
    made = parts[0]
    for part in parts[1:]:
        made = intervals.add(made, part)
    return made


def divide(parts, operation) -> Interval:
    """Quotients."""
    top, bottom = parts
    return intervals.multiply(top, intervals.reciprocal(bottom))


def power(parts, operation) -> Interval:
    """Powers of numbers that are not negative, or with even exponents."""
    base, exponent = parts
    if not exponent.fixed or exponent.low != exponent.high:
        low = 0.0 if base.low >= 0 else -INF
        return intervals.merged(parts, Interval(low, known=base.low >= 0))
    if exponent.low == 2:
        return intervals.square(base)
    if exponent.low == -1:
        return intervals.reciprocal(base)
    if base.low < 0:
        even = exponent.low % 2 == 0
        low = 0.0 if even else -INF
        return intervals.merged(parts, Interval(low))
    falling = exponent.low < 0
    return intervals.monotone(
        base, lambda x: np.float64(x) ** exponent.low, falling
    )


def stacked(skip_last=False, skip_first=False):
    """A rule of an operation that puts tensors side by side."""

    def rule(parts, operation):
        parts = parts[: -1 if skip_last else None]
        return intervals.hull(*parts[int(skip_first) :])

    return rule


def uniform(parts, operation) -> Interval:
    """Random numbers from 0 (which comes up) to below 1."""
    return Interval(0.0, float(np.nextafter(np.float32(1), np.float32(0))))


def stopped(parts, operation) -> Interval:
    """Numbers that no gradient flows through."""
    return dataclasses.replace(parts[0], flows=False)


def rounding(parts, operation) -> Interval:
    """Whole numbers near others; no gradient flows."""
    part = parts[0]
    made = part.to(np.floor(part.low), np.ceil(part.high))
    return dataclasses.replace(made, flows=False)


def clipped(parts, operation) -> Interval:
    """Numbers between two others."""
    low, high = (dataclasses.replace(p, flows=False) for p in parts[1:3])
    return intervals.minimum(intervals.maximum(parts[0], low), high)


def inverse_root(parts, operation) -> Interval:
    """`1 / sqrt(x)`."""
    return intervals.reciprocal(rising("Sqrt")(parts, operation))


def prod(parts, operation) -> Interval:
    """Products along axes."""
    part = parts[0]
    if 0 <= part.low and part.high <= 1:
        return part.to(0.0, part.high, nonzero=False)
    return intervals.merged(parts[:1], Interval(0.0 if part.low >= 0 else -INF))


RULES = {
    **{kind: moving(kind) for kind in MOVING},
    **{kind: bounded(kind) for kind in BOUNDED},
    **{kind: rising(kind) for kind in RISING},
    **{kind: rounding for kind in ROUNDING - set(BOUNDED)},
    **{kind: products for kind in PRODUCTS},
    **{kind: uniform for kind in RANDOM},
    **{kind: unbounded for kind in UNBOUNDED},
    "Cast": moving("Cast"),
    "StopGradient": stopped,
    "Sum": total,
    "Cumsum": total,
    "Prod": prod,
    "Mul": times,
    "RealDiv": divide,
    "Div": divide,
    "DivNoNan": divide,
    "Reciprocal": lambda parts, _: intervals.reciprocal(parts[0]),
    "Inv": lambda parts, _: intervals.reciprocal(parts[0]),
    "Rsqrt": inverse_root,
    "Pow": power,
    "Add": lambda parts, _: intervals.add(*parts),
    "AddV2": lambda parts, _: intervals.add(*parts),
    "AddN": sums,
    "BiasAdd": lambda parts, _: intervals.add(*parts),
    "Sub": lambda parts, _: intervals.subtract(*parts),
    "Neg": lambda parts, _: intervals.negative(parts[0]),
    "Abs": lambda parts, _: intervals.absolute(parts[0]),
    "Square": lambda parts, _: intervals.square(parts[0]),
    "SquaredDifference": lambda parts, _: intervals.square(
        intervals.subtract(*parts)
    ),
    "Maximum": lambda parts, _: intervals.maximum(*parts),
    "Minimum": lambda parts, _: intervals.minimum(*parts),
    "ClipByValue": clipped,
    "ConcatV2": stacked(skip_last=True),
    "Concat": stacked(skip_first=True),
    "Pack": stacked(),
    "Split": stacked(skip_first=True),
    "Pad": lambda parts, _: intervals.hull(
        parts[0], Interval(0.0, 0.0, low_reach=READILY, high_reach=READILY)
    ),
    "PadV2": lambda parts, _: intervals.hull(parts[0], parts[2]),
    "IdentityN": lambda parts, _: intervals.hull(*parts),
    "SelectV2": lambda parts, _: intervals.hull(*parts[1:]),
    "Select": lambda parts, _: intervals.hull(*parts[1:]),
}
