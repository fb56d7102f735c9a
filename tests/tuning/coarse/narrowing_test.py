import json

import keras_tuner
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.tuning.coarse.narrowing import narrow
from keras_troubleshoot.tuning.coarse.span import Span
from keras_troubleshoot.tuning.coarse.span import told
from keras_troubleshoot.tuning.coarse.span import whole
from keras_troubleshoot.tuning.embedding.scale import from_unit
from keras_troubleshoot.tuning.embedding.scale import to_unit


def made(kind, *args, **options):
    hp = keras_tuner.HyperParameters()
    getattr(hp, kind)("p", *args, **options)
    return hp.space[0]


RATE = made("Float", 1e-4, 1.0, sampling="log")


class NarrowTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("linear", made("Float", 0, 10), [4.0, 5.0, 6.0], (3, 7)),
        (
            "log",
            RATE,
            [10**-2.4, 1e-2, 10**-1.6],
            (10**-2.8, 10**-1.2),
        ),
        (
            "reverse_log",
            made("Float", 1, 100, sampling="reverse_log"),
            [101 - 100**0.6, 101 - 100**0.5, 101 - 100**0.4],
            (101 - 100**0.7, 101 - 100**0.3),
        ),
    )
    def test_on_its_own_scale(self, hp, best, ends):
        span = narrow(hp, Span(), [to_unit(hp, value) for value in best])
        # Three values: half of what they span is added on each side.
        self.assertAlmostEqual(from_unit(hp, span.low), ends[0])
        self.assertAlmostEqual(from_unit(hp, span.high), ends[1])
        self.assertEqual(span.change, "narrowed")

    def test_steps_stay_whole(self):
        hp = made("Int", 1, 10)
        span = narrow(hp, Span(), [to_unit(hp, v) for v in (4, 5, 5)])
        self.assertAlmostEqual(span.low * 10, round(span.low * 10))
        self.assertAlmostEqual(span.high * 10, round(span.high * 10))
        self.assertEqual(told(hp, span), "3 to 6")

    def test_a_range_ends_where_worse_ones_are_known(self):
        best = [0.5, 0.52, 0.54]
        span = narrow(RATE, Span(), best, [*best, 0.2, 0.9, 0.1])
        self.assertAlmostEqual(span.low, 0.2)
        self.assertAlmostEqual(span.high, 0.9)
        span = narrow(RATE, Span(), best, best)
        self.assertEqual((span.low, span.high, span.change), (0, 1, "kept"))

    def test_one_value_is_left_and_its_neighbours_come_back(self):
        hp = made("Choice", [16, 32, 64])
        span = narrow(hp, Span(), [0.5, 0.5, 0.5])
        self.assertEqual(told(hp, span), "32")
        again = narrow(hp, span, [0.5, 0.5, 0.5])
        self.assertEqual(told(hp, again), "16 to 64")
        self.assertEqual((again.change, again.edges), ("grew", ()))

    def test_a_lucky_few_do_not_decide(self):
        span = narrow(RATE, Span(), [0.5, 0.5001, 0.4999])
        self.assertAlmostEqual(span.width, 0.25)

    @parameterized.parameters(
        ([0.41, 0.42, 0.5], 0.3, 0.4), ([0.59, 0.58, 0.5], 0.6, 0.7)
    )
    def test_it_grows_where_the_best_lie_at_its_edge(self, places, one, two):
        span = narrow(RATE, Span(0.4, 0.6), places)
        self.assertEqual(span.change, "grew")
        self.assertEqual(span.edges, ())
        ends = (span.low, span.high)
        self.assertAlmostEqual(
            ends[places[0] > 0.5], (one, two)[places[0] > 0.5]
        )
        again = narrow(RATE, span, places)
        self.assertEqual(again.change, "narrowed")

    def test_a_worse_one_at_the_edge_is_none(self):
        span = narrow(RATE, Span(0.4, 0.6), [0.5, 0.41, 0.49, 0.51, 0.52])
        self.assertEqual(span.change, "narrowed")

    @parameterized.parameters(
        ([0.01, 0.02, 0.2], ("lower",)),
        ([0.99, 0.98, 0.7], ("upper",)),
        ([0.3, 0.02, 0.01], ()),
    )
    def test_the_end_of_the_space_warns(self, places, edges):
        span = narrow(RATE, Span(), places)
        self.assertEqual(span.edges, edges)
        self.assertEqual(
            span.low == 0, edges == ("lower",) or min(places) < 0.1
        )

    def test_categories(self):
        hp = made("Choice", ["a", "b", "c", "d"])
        span = narrow(hp, whole(hp), [0.125, 0.125, 0.375])
        # Two, one, none and none, and half a trial each.
        self.assertSequenceAlmostEqual(span.chances, [0.5, 0.3, 0.1, 0.1])
        self.assertEqual(span.change, "narrowed")
        self.assertEqual(told(hp, span), "a 50%, b 30%, c 10%, d 10%")

    def test_booleans(self):
        hp = made("Boolean")
        span = narrow(hp, whole(hp), [0.75] * 4)
        self.assertSequenceAlmostEqual(span.chances, [0.1, 0.9])

    def test_too_few_say_nothing(self):
        span = narrow(RATE, Span(0.2, 0.4, None, "narrowed"), [0.3])
        self.assertEqual(span, Span(0.2, 0.4, None, "kept"))

    def test_a_fixed_value(self):
        hp = made("Fixed", 3)
        self.assertEqual(narrow(hp, Span(), [0.5, 0.5]).change, "kept")

    @parameterized.parameters(Span(0.1, 0.2), Span(chances=(0.5, 0.5)))
    def test_a_span_in_a_file(self, span):
        config = json.loads(json.dumps(span.get_config()))
        self.assertEqual(Span.from_config(config), span)


if __name__ == "__main__":
    absltest.main()
