import tensorflow as tf
from absl.testing import absltest

from keras_troubleshoot.facts import tensorflow_internals


def lowered() -> bool:
    """Whether TensorFlow will take a branch apart that is traced now."""

    @tf.function
    def choose(flag):
        return tf.cond(flag, lambda: 1.0, lambda: 2.0)

    graph = choose.get_concrete_function(tf.TensorSpec((), tf.bool)).graph
    (branch,) = [o for o in graph.get_operations() if "If" in o.type]
    return "_lower_using_switch_merge" in branch.node_def.attr


class WholeBranchesTest(absltest.TestCase):
    def test_inside_and_after(self):
        with tensorflow_internals.whole_branches():
            self.assertFalse(lowered())
        self.assertTrue(lowered())

    def test_after_an_exception(self):
        with self.assertRaises(KeyError):
            with tensorflow_internals.whole_branches():
                raise KeyError
        self.assertTrue(lowered())


if __name__ == "__main__":
    absltest.main()
