import importlib.util
import json
import math
import unittest
from unittest import mock

from absl.testing import absltest

from keras_troubleshoot.tuning.looking import tables
from tests.tuning.looking import support

PANDAS = importlib.util.find_spec("pandas")
ADAM = {"learning_rate": 0.01, "optimizer": "adam", "units": 8, "flag": True}


class TablesTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.held = support.oracle()
        sgd = {**ADAM, "optimizer": "sgd", "momentum": 0.5}
        support.add(self.held, sgd, 0.25, history=(0.5, [0.2, 0.3]))
        # keras-tuner leaves the values of what was turned off.
        support.add(self.held, {**ADAM, "momentum": 0.5}, math.inf)
        support.add(self.held, ADAM, None, "FAILED", message="Boom")
        support.add(
            self.held, ADAM, math.nan, "FAILED", history=(0.5, math.nan)
        )
        support.add(self.held, ADAM, None, "RUNNING")

    def test_json_holds_all_trials_strictly(self):
        rows = tables.to_json(self.held)
        self.assertEqual(json.loads(json.dumps(rows, allow_nan=False)), rows)
        self.assertEqual([r["id"] for r in rows], sorted(self.held.trials))
        self.assertEqual(
            [r["score"] for r in rows], [0.25, None, None, None, None]
        )
        self.assertEqual(
            [r["diverged"] for r in rows], [False, True, False, True, False]
        )
        self.assertEqual(rows[2]["message"], "Boom")
        self.assertEqual(rows[4]["status"], "RUNNING")

    def test_values_are_those_in_effect(self):
        first, second, *_ = tables.to_json(self.held)
        self.assertEqual(first["values"]["momentum"], 0.5)
        self.assertEqual(second["values"], ADAM)

    def test_metrics_are_means_over_executions(self):
        rows = tables.to_json(self.held)
        self.assertEqual(
            rows[0]["metrics"],
            {"val_loss": {"steps": [0, 1], "values": [0.5, 0.25]}},
        )
        self.assertEqual(rows[3]["metrics"]["val_loss"]["values"], [0.5, None])
        self.assertEqual(rows[1]["metrics"], {})

    def test_retried_trials_stand_once(self):
        self.held.end_order.append("000")
        self.held.start_order.append("000")
        self.assertLen(tables.to_json(self.held), 5)

    def test_a_flat_row(self):
        row = tables.flat(tables.to_json(self.held)[0])
        self.assertEqual(row["metrics.val_loss"], 0.25)
        self.assertEqual(row["values.optimizer"], "sgd")
        self.assertEqual(row["score"], 0.25)

    def test_without_pandas_one_sentence(self):
        with mock.patch.object(
            tables.importlib.util, "find_spec", return_value=None
        ):
            with self.assertRaisesRegex(ImportError, "pip install pandas"):
                tables.to_dataframe(self.held)

    @unittest.skipUnless(PANDAS, "pandas is not installed")
    def test_a_table_of_pandas(self):
        frame = tables.to_dataframe(self.held)
        self.assertEqual(frame.shape[0], 5)
        self.assertEqual(frame["values.momentum"].notna().tolist()[:2], [1, 0])
        self.assertEqual(frame["score"][0], 0.25)
        empty = tables.to_dataframe(support.oracle())
        self.assertEqual(tuple(empty.columns), tables.FIRST)

    def test_no_tuner(self):
        with self.assertRaisesRegex(TypeError, "`tuner` must be"):
            tables.to_dataframe("tuner")


if __name__ == "__main__":
    absltest.main()
