import keras_tuner
from absl.testing import absltest
from absl.testing import parameterized

from tests.tuning.coarse import support


class LateTest(support.Case):
    def test_what_registers_late_is_tuned(self):
        calls = []

        def cost(hp):
            calls.append(1)
            value = (hp.Float("x", 0, 1) - 0.3) ** 2
            if len(calls) > 12:
                value += (
                    hp.Float("late", 1.0, 100.0, sampling="log") - 10
                ) ** 2
            return value

        tuner = self.search(cost, max_trials=36)
        values = tuner.run()
        self.assertNotIn("late", values[10])
        self.assertLen({v["late"] for v in values[13:]}, 23)
        self.assertLess(tuner.rounds[-1].spans["late"].width, 0.7)
        self.assertIn("late: ", tuner.explain())

    def test_the_others_stay_where_they_were(self):
        def plain(hp):
            return hp.Float("x", 0, 1)

        def more(hp):
            return hp.Float("x", 0, 1) + hp.Float("y", 0, 1)

        one, two = self.oracle(plain), self.oracle(more)
        for number in range(5):
            a, b = (o.populate_space(str(number))["values"] for o in (one, two))
            self.assertEqual(a["x"], b["x"])
            support.record(one, number, a, 0.0)
            support.record(two, number, b, 0.0)

    @parameterized.parameters(True, False)
    def test_new_entries_keep_their_default(self, allowed):
        known = keras_tuner.HyperParameters()
        known.Int("a", 1, 10)

        def cost(hp):
            return hp.Int("a", 1, 10) + hp.Float("new", 0.5, 1.0)

        tuner = self.search(
            cost,
            hyperparameters=known,
            tune_new_entries=False,
            allow_new_entries=allowed,
            max_trials=15,
        )
        if not allowed:
            with self.assertRaisesRegex(RuntimeError, "found new entries"):
                tuner.run()
            return
        values = tuner.run()
        self.assertEqual({v["new"] for v in values}, {0.5})
        self.assertCountEqual([v["a"] for v in values], range(1, 11))


if __name__ == "__main__":
    absltest.main()
