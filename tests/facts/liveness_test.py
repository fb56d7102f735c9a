"""The peak of small graphs that can be counted by hand."""

from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts import liveness
from keras_troubleshoot.facts import step_nodes
from keras_troubleshoot.facts.step_nodes import Node
from keras_troubleshoot.facts.step_nodes import Step


def chain(*kinds, size=100):
    """Tensor 0 is fed; each operation makes the next of the one before."""
    nodes = tuple(
        Node(kind, (i,), (i + 1,), layer=f"l{i}", number=i)
        for i, kind in enumerate(kinds)
    )
    sizes = dict.fromkeys(range(len(kinds) + 1), size)
    return Step(nodes, sizes, results=(len(kinds),), fed=(0,))


class PeakTest(parameterized.TestCase):
    @parameterized.named_parameters(
        # The batch counts twice; then one tensor, or two while the second
        # is made of the first.
        ("one", ("MatMul",), 200 + 100),
        ("two", ("MatMul", "MatMul"), 200 + 200),
        ("many", ("MatMul",) * 9, 200 + 200),
        ("in_place", ("MatMul", "Relu", "Relu"), 200 + 100),
        ("view", ("MatMul", "Reshape", "Relu"), 200 + 100),
        ("not_into_the_batch", ("Relu",), 200 + 100),
    )
    def test_chain(self, kinds, expected):
        self.assertEqual(liveness.usage(chain(*kinds)).peak, expected)

    def test_what_is_read_again_is_not_written_to(self):
        nodes = (
            Node("MatMul", (0,), (1,), number=0),
            Node("Relu", (1,), (2,), number=1),
            Node("Mul", (1, 2), (3,), backward=True, number=2),
        )
        step = Step(nodes, dict.fromkeys(range(4), 10), (3,), fed=(0,))
        self.assertEqual(liveness.usage(step).peak, 20 + 10 + 10)

    def test_kept(self):
        nodes = (
            Node("MatMul", (0,), (1,), layer="a", number=0),
            Node("MatMul", (1,), (2,), layer="b", number=1),
            Node("MatMul", (2,), (3,), layer="c", number=2),
            Node("MatMulGrad", (1, 3), (4,), backward=True, number=3),
        )
        sizes = {0: 1, 1: 10, 2: 100, 3: 1000, 4: 7}
        step = Step(nodes, sizes, gradients={4: 50}, fed=(0,))
        used = liveness.usage(step)
        self.assertEqual(used.kept, {"a": 10, "c": 1000})
        self.assertEqual(used.activations, 1010)
        self.assertEqual(used.gradients, 50)

    def test_update_needs_room(self):
        node = Node("MatMul", (0,), (1,), number=0)
        step = Step((node,), {0: 1, 1: 100}, gradients={1: 100}, fed=(0,))
        self.assertEqual(liveness.usage(step, update=0).peak, 2 + 100)
        self.assertEqual(liveness.usage(step, update=3).peak, 2 + 400)

    def test_what_nobody_needs_is_dropped(self):
        step = chain("MatMul")
        idle = Node("MatMul", (0,), (9,), number=5)
        step = Step(
            (*step.nodes, idle), step.sizes | {9: 10**6}, (1,), {}, (0,)
        )
        self.assertEqual(liveness.usage(step).peak, 300)

    def test_weights_are_not_written_to(self):
        nodes = (Node("Mul", (0, 1), (2,), number=0),)
        step = Step(nodes, {0: 0, 1: 40, 2: 40}, (2,))
        self.assertEqual(liveness.usage(step).peak, 40)

    def test_workspaces_of_two_at_once(self):
        nodes = (
            Node("Conv2DBackpropFilter", (0,), (1,), workspace=500, number=0),
            Node("Conv2DBackpropInput", (0,), (2,), workspace=300, number=1),
        )
        step = Step(nodes, {0: 10, 1: 1, 2: 1}, (1, 2), fed=(0,))
        self.assertEqual(liveness.usage(step).peak, 20 + 2 + 800)

    def test_order_is_first_ready_first(self):
        nodes = [
            Node("A", (), (1,), number=0),
            Node("B", (1,), (2,), number=1),
            Node("C", (2,), (3,), number=2),
            Node("D", (), (4,), number=3),
            Node("E", (), (5,), number=4, after=(2,)),
        ]
        order = [n.kind for n in step_nodes.scheduled(nodes)]
        self.assertEqual(order, ["A", "D", "B", "C", "E"])


if __name__ == "__main__":
    absltest.main()
