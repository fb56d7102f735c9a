"""When the tensors of a training step are made and let go: the peak.

Pure functions of a described graph. TensorFlow runs an operation as soon as
its inputs are there, first come, first served; it frees a tensor when the last
operation that reads it has run, and writes the result of an elementwise
operation into its input where nothing else will read it. So the memory of a
step follows from the graph alone.
"""

import collections
import dataclasses

# Operations that hand their input on, and make nothing.
VIEWS = frozenset(
    "Identity IdentityN Reshape Squeeze ExpandDims StopGradient "
    "PreventGradient CheckNumerics Snapshot EnsureShape".split()
)
# Operations that write into an input that nobody reads afterwards
# (`forward_input_or_allocate_output` in the kernels of TensorFlow).
IN_PLACE = frozenset(
    "Abs Add AddV2 AddN BiasAdd Ceil Cos DivNoNan Elu EluGrad Exp Expm1 Floor "
    "FusedBatchNormGradV3 FusedBatchNormV3 LeakyRelu LeakyReluGrad Log Log1p "
    "LogSoftmax Maximum Minimum Mul MulNoNan Neg Pow RealDiv Reciprocal Relu "
    "Relu6 Relu6Grad ReluGrad Rsqrt RsqrtGrad Selu SeluGrad Sigmoid "
    "SigmoidGrad Sign Sin Softmax Softplus SoftplusGrad Softsign Sqrt SqrtGrad "
    "Square SquaredDifference Sub Tanh TanhGrad Xdivy Erf".split()
)

# Copies of a batch: what is fed, and the tensor (measured on TensorFlow 2.21).
FED = 2


@dataclasses.dataclass(frozen=True)
class Node:
    """One operation of a step.

    Attributes:
        kind: its type, such as `MatMul`.
        inputs: numbers of the tensors that it reads.
        outputs: numbers of the tensors that it makes.
        layer: path of the layer that it belongs to; empty for none.
        backward: whether it is part of the backward pass.
        workspace: bytes that it needs while it runs.
        number: its own.
        after: numbers of operations that it waits for besides.
    """

    kind: str
    inputs: tuple[int, ...] = ()
    outputs: tuple[int, ...] = ()
    layer: str = ""
    backward: bool = False
    workspace: int = 0
    number: int = 0
    after: tuple[int, ...] = ()


@dataclasses.dataclass(frozen=True)
class Step:
    """A training step, as a graph.

    Attributes:
        nodes: its operations, each after those that it reads from.
        sizes: bytes of each tensor by its number; 0 for what lies in memory
            anyway, such as weights.
        results: tensors that are read after the last operation.
        gradients: by the number of a gradient, bytes of its weight.
        fed: tensors of the batch.
        unknown: operations that make tensors of unknown size.
    """

    nodes: tuple[Node, ...]
    sizes: dict[int, int]
    results: tuple[int, ...] = ()
    gradients: dict[int, int] = dataclasses.field(default_factory=dict)
    fed: tuple[int, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Usage:
    """The memory of a step, apart from weights and optimizer.

    Attributes:
        peak: most bytes at once.
        at: path of the layer, or type of the operation, where that is.
        kept: by layer, bytes of forward tensors that the backward pass
            reads.
        fed: bytes of the batch.
        gradients: bytes of all gradients, were they there at once.
        unknown: operations that make tensors of unknown size.
    """

    peak: int
    at: str
    kept: dict[str, int]
    fed: int
    gradients: int
    unknown: tuple[str, ...] = ()

    @property
    def activations(self) -> int:
        """Bytes of all that the backward pass reads of the forward pass."""
        return sum(self.kept.values())


def usage(step: Step, update: float = 2.0) -> Usage:
    """The most memory that a step holds at once.

    Args:
        step: the graph.
        update: temporaries of the optimizer for a weight, in sizes of it.

    Returns:
        The peak and its parts.
    """
    nodes = scheduled(needed(step))
    buffers, owners = share(step, nodes)
    peak, at = sweep(step, nodes, buffers, update)
    return Usage(
        peak=peak,
        at=at,
        kept=kept(step, nodes, buffers, owners),
        fed=sum(step.sizes[t] for t in step.fed),
        gradients=sum(step.gradients.values()),
        unknown=step.unknown,
    )


def needed(step: Step) -> list[Node]:
    """The operations that the results need; TensorFlow drops the others."""
    wanted = set(step.results) | set(step.gradients)
    found = []
    for node in reversed(step.nodes):
        if wanted.isdisjoint(node.outputs):
            continue
        wanted.update(node.inputs)
        found.append(node)
    return found[::-1]


def scheduled(nodes: list[Node]) -> list[Node]:
    """The operations in the order in which they become ready to run."""
    made = {t: i for i, node in enumerate(nodes) for t in node.outputs}
    places = {node.number: i for i, node in enumerate(nodes)}
    readers = collections.defaultdict(list)
    missing = []
    for i, node in enumerate(nodes):
        before = {made[t] for t in node.inputs if t in made}
        before |= {places[n] for n in node.after if n in places}
        missing.append(len(before))
        for j in before:
            readers[j].append(i)
    ready = collections.deque(i for i, n in enumerate(missing) if n == 0)
    found = []
    while ready:
        i = ready.popleft()
        found.append(nodes[i])
        for j in readers[i]:
            missing[j] -= 1
            if not missing[j]:
                ready.append(j)
    return found


def last_reads(step: Step, nodes) -> dict[int, int]:
    """By tensor, the number of the last operation that reads it."""
    last = {t: i for i, node in enumerate(nodes) for t in node.inputs}
    return last | dict.fromkeys(step.results, len(nodes))


def share(step: Step, nodes) -> tuple[dict[int, int], dict[int, str]]:
    """Which tensors lie in one buffer, and which layer made each buffer.

    Returns:
        By tensor, the number of its buffer, which is that of its first
        tensor; by buffer, the layer.
    """
    last = last_reads(step, nodes)
    # A view keeps the buffer in use: it is read as long as its last view is.
    for i in range(len(nodes) - 1, -1, -1):
        if nodes[i].kind in VIEWS and nodes[i].inputs and nodes[i].outputs:
            source, seen = nodes[i].inputs[0], nodes[i].outputs[0]
            last[source] = max(last.get(source, i), last.get(seen, i))
    buffers = {t: t for t in step.sizes}
    ends: dict[int, int] = {}
    owners: dict[int, str] = {}
    for i, node in enumerate(nodes):
        for position, made in enumerate(node.outputs):
            taken = None
            if position == 0:
                taken = reused(step, node, made, i, buffers, ends, last)
            buffers[made] = made if taken is None else taken
            owner = buffers[made]
            owners.setdefault(owner, node.layer)
            ends[owner] = max(ends.get(owner, 0), last.get(made, i))
    return buffers, owners


def reused(step, node, made, i, buffers, ends, last) -> int | None:
    """The buffer of an input that an operation hands on or writes into."""
    if node.kind in VIEWS:
        return buffers[node.inputs[0]] if node.inputs else None
    if node.kind not in IN_PLACE:
        return None
    for source in node.inputs:
        owner = buffers[source]
        # What the step did not make, such as a weight, is not written to.
        free = owner in ends and ends[owner] == i
        if free and step.sizes[source] == step.sizes[made]:
            return owner
    return None


def sweep(step, nodes, buffers, update) -> tuple[int, str]:
    """The most bytes at once, and where."""
    leaving = collections.defaultdict(set)
    for owner, end in last_of_buffers(step, nodes, buffers).items():
        leaving[end].add(owner)
    # The batch is there as it is fed, and as the tensor that is read.
    now = peak = FED * sum(step.sizes[t] for t in step.fed)
    there, at, before = set(step.fed), "inputs", 0
    for i, node in enumerate(nodes):
        for owner in {buffers[t] for t in node.outputs} - there:
            there.add(owner)
            now += step.sizes[owner]
        used = sum(step.gradients.get(t, 0) for t in node.outputs)
        # Two operations run at once: that before may not have ended.
        most = now + update * used + node.workspace + before
        if most > peak:
            peak, at = int(most), node.layer or node.kind
        before = node.workspace
        for owner in leaving[i] & there - set(step.fed):
            there.discard(owner)
            now -= step.sizes[owner]
    return peak, at


def last_of_buffers(step, nodes, buffers) -> dict[int, int]:
    """By buffer, the last operation that reads or makes it."""
    ends: dict[int, int] = {}
    made = {t: i for i, node in enumerate(nodes) for t in node.outputs}
    for tensor, place in [*made.items(), *last_reads(step, nodes).items()]:
        owner = buffers[tensor]
        ends[owner] = max(ends.get(owner, 0), place)
    return ends


def kept(step, nodes, buffers, owners) -> dict[str, int]:
    """By layer, the bytes of forward buffers that the backward pass reads."""
    made = {
        buffers[t] for n in nodes if not n.backward for t in n.outputs
    } - set(step.fed)
    read = {buffers[t] for n in nodes if n.backward for t in n.inputs}
    found: dict[str, int] = {}
    for owner in made & read:
        if step.sizes[owner]:
            layer = owners.get(owner, "")
            found[layer] = found.get(layer, 0) + step.sizes[owner]
    return found
