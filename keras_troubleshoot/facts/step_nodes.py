"""A training step as a graph, and the order in which it runs.

Without TensorFlow: operations and tensors go by their numbers.
"""

import collections
import dataclasses


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
