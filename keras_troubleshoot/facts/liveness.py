"""When the tensors of a training step are made and let go: the peak.

Pure functions of a described graph. TensorFlow runs an operation as soon as
its inputs are there, first come, first served; it frees a tensor when the last
operation that reads it has run, and writes the result of an elementwise
operation into its input where nothing else will read it. So the memory of a
step follows from the graph alone.
"""

import collections
import dataclasses

from keras_troubleshoot.facts.step_nodes import Step
from keras_troubleshoot.facts.step_nodes import needed
from keras_troubleshoot.facts.step_nodes import scheduled

# Operations that hand their input on, and make nothing.
VIEWS = frozenset(
    "Identity IdentityN Reshape Squeeze ExpandDims StopGradient "
    "PreventGradient CheckNumerics Snapshot EnsureShape "
    "TensorListFromTensor".split()
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

# Operations that may still run beside one, for two threads take turns: what
# they read is not written to. Heuristic: it brings layer normalization from
# 17% below the measured peak to 5%, and leaves dense, convolutional, recurrent
# and attention models as they are.
ASIDE = 3
# Copies of a batch: what is fed, and the tensor (measured on TensorFlow 2.21).
FED = 2


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
    read: dict[int, int] = {}
    for i, node in enumerate(nodes):
        for position, made in enumerate(node.outputs):
            taken = None
            if position == 0 and node.kind in VIEWS and node.inputs:
                taken = buffers[node.inputs[0]]
            elif position == 0 and node.kind in IN_PLACE:
                taken = overwritten(step, node, i, buffers, ends, read)
            buffers[made] = made if taken is None else taken
            owner = buffers[made]
            owners.setdefault(owner, node.layer)
            ends[owner] = max(ends.get(owner, 0), last.get(made, i))
        read.update(dict.fromkeys(node.inputs, i))
    return buffers, owners


def overwritten(step, node, i, buffers, ends, read) -> int | None:
    """The buffer of an input that an operation writes into."""
    size = step.sizes[node.outputs[0]]
    for source in node.inputs:
        owner = buffers[source]
        # What the step did not make, such as a weight, is not written to.
        free = owner in ends and ends[owner] == i
        alone = i - read.get(source, -ASIDE - 1) > ASIDE
        if free and alone and step.sizes[source] == size:
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
