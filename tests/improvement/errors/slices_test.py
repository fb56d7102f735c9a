import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts import predictions
from keras_troubleshoot.improvement.errors import columns
from keras_troubleshoot.improvement.errors import slices
from keras_troubleshoot.improvement.errors.sides import Side


def side(wrong=None, errors=None, weight=None, name="validation"):
    """A data set with these errors."""
    if wrong is not None:
        y = np.zeros(len(wrong), int)
        made = predictions.of(
            y, wrong.astype(float), task="binary", weight=weight
        )
    else:
        y = np.zeros(len(errors))
        made = predictions.of(y, np.sqrt(errors), task="regression")
    return Side(name, None, made)


def found_in(metadata, *sides):
    given = metadata if isinstance(metadata, tuple) else (metadata,)
    return slices.find(columns.read(given, sides), sides)


def names(types):
    return [found.name for found in types]


class SlicesTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        rng = np.random.default_rng(0)
        self.rng, self.rows = rng, 4000
        self.metadata = {
            "light": rng.choice(["day", "night", "dusk"], self.rows),
            "speed": rng.normal(50, 10, self.rows),
            "lane": rng.integers(1, 4, self.rows),
        }

    def wrong(self, base, where, more):
        return self.rng.random(self.rows) < np.where(where, more, base)

    def test_level_that_is_worse(self):
        night = self.metadata["light"] == "night"
        wrong = self.wrong(0.05, night, 0.2)
        types, _ = found_in(self.metadata, side(wrong))
        self.assertEqual(names(types), ["light = night"])
        np.testing.assert_array_equal(types[0].members[0], night)
        np.testing.assert_array_equal(types[0].parts[0], night & wrong)
        self.assertLess(types[0].p, 0.01)

    def test_numbers_are_cut_at_quintiles(self):
        fast = self.metadata["speed"] > np.quantile(self.metadata["speed"], 0.8)
        types, _ = found_in(self.metadata, side(self.wrong(0.05, fast, 0.25)))
        self.assertLen(types, 1)
        self.assertStartsWith(types[0].name, "speed from 58")
        np.testing.assert_array_equal(types[0].members[0], fast)

    def test_pair_where_both_matter(self):
        night = self.metadata["light"] == "night"
        both = night & (self.metadata["lane"] == 2)
        types, _ = found_in(self.metadata, side(self.wrong(0.03, both, 0.4)))
        self.assertIn("light = night and lane = 2", names(types))

    def test_no_pair_where_one_matters(self):
        night = self.metadata["light"] == "night"
        wrong = self.wrong(0.05, night, 0.4)
        types, _ = found_in(self.metadata, side(wrong))
        self.assertEqual(names(types), ["light = night"])

    def test_ranks_of_squared_errors(self):
        night = self.metadata["light"] == "night"
        errors = self.rng.chisquare(1, self.rows) * np.where(night, 3, 1)
        types, _ = found_in(self.metadata, side(errors=errors))
        self.assertEqual(names(types), ["light = night"])

    @parameterized.named_parameters(("wrong", True), ("amounts", False))
    def test_random_metadata_give_no_slice(self, exact):
        hits = 0
        for seed in range(60):
            rng = np.random.default_rng(seed)
            metadata = {
                f"c{i}": rng.choice(list("abcd"), 1000) for i in range(4)
            } | {f"n{i}": rng.normal(size=1000) for i in range(4)}
            wrong, errors = rng.random(1000) < 0.1, rng.chisquare(1, 1000)
            one = side(wrong) if exact else side(errors=errors)
            hits += bool(found_in(metadata, one)[0])
        # At a chance of 2%, more than 4 of 60 come up once in 150 times.
        self.assertLessEqual(hits, 4)

    def test_few_rows_are_no_slice(self):
        rare = np.arange(self.rows) < 12
        metadata = {"rare": np.where(rare, "yes", "no")}
        types, _ = found_in(metadata, side(self.wrong(0.05, rare, 1.0)))
        self.assertEmpty(types)

    def test_slices_of_the_same_rows_are_one(self):
        night = self.metadata["light"] == "night"
        metadata = {"light": self.metadata["light"], "lamp": night}
        types, _ = found_in(metadata, side(self.wrong(0.05, night, 0.3)))
        self.assertLen(types, 1)
        self.assertIn("Much the same rows: lamp = True", types[0].detail)

    def test_rows_without_weight_do_not_count(self):
        night = self.metadata["light"] == "night"
        wrong = self.wrong(0.05, night, 0.5)
        types, _ = found_in(
            self.metadata, side(wrong, weight=np.where(night, 0.0, 1.0))
        )
        self.assertEmpty(types)

    def test_stands_out_in_one_of_two_sets(self):
        night = self.metadata["light"] == "night"
        none = np.zeros(self.rows, bool)
        sets = (
            side(self.wrong(0.05, none, 0)),
            side(self.wrong(0.05, night, 0.3), name="test validation"),
        )
        types, _ = found_in((self.metadata, self.metadata), *sets)
        self.assertEqual(names(types), ["light = night"])

    def test_metadata_of_one_of_two_sets(self):
        night = self.metadata["light"] == "night"
        wrong = self.wrong(0.05, night, 0.3)
        types, _ = found_in((None, self.metadata), side(wrong), side(wrong))
        self.assertIsNone(types[0].members[0])
        self.assertEqual(types[0].members[1].sum(), night.sum())


class ColumnsTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("words", ["a", "b", "a", ""], ["c = a", "c = b", "c missing"]),
        ("flags", [True, False, True, True], ["c = True", "c = False"]),
        ("few_numbers", [1, 2, 2, 2], ["c = 2", "c = 1"]),
        ("missing", [1.5, np.nan, 1.5, 1.5], ["c = 1.5", "c missing"]),
        ("objects", ["a", None, "a", 3], ["c = a", "c = 3", "c missing"]),
        ("bytes", [b"a", b"a", b"a", b"b"], ["c = a", "c = b"]),
    )
    def test_levels(self, values, expected):
        one = columns.column("c", [np.array(values)])
        self.assertSameElements(one.levels, expected)
        told = [one.levels[code] for code in one.codes[0]]
        self.assertLen(told, len(values))

    def test_table_of_named_columns(self):
        class Frame:
            columns = ("light",)

            def __getitem__(self, name):
                return [name] * 3

        found = columns.read((Frame(),), (side(np.zeros(3, bool)),))
        self.assertEqual(found[0].levels, ("light = light",))

    def test_dates_are_cut_too(self):
        days = np.datetime64("2024-01-01") + np.arange(100)
        one = columns.column("day", [days])
        self.assertLen(one.levels, 6)
        self.assertIn("2024-01-01", one.levels[0])
        self.assertEqual(np.bincount(one.codes[0]).tolist(), [20] * 5)

    def test_bins_hold_as_many_of_both_sets(self):
        values = [np.arange(50.0), np.append(np.arange(50.0, 99), np.nan)]
        one = columns.column("n", values)
        self.assertEqual(one.levels[one.codes[1][-1]], "n missing")
        counts = np.bincount(np.concatenate(one.codes), minlength=6)
        self.assertLess(np.ptp(counts[:5]), 2)

    @parameterized.named_parameters(
        ("type", [1, 2, 3], TypeError, "must be a mapping of columns"),
        ("length", {"a": [1, 2]}, ValueError, "for each of the 3 rows"),
        ("axes", {"a": np.zeros((3, 2))}, ValueError, "of shape (3, 2)"),
    )
    def test_refused(self, metadata, error, told):
        with self.assertRaisesRegex(
            error, told.replace("(", r"\(").replace(")", r"\)")
        ):
            columns.read((metadata,), (side(np.zeros(3, bool)),))

    def test_columns_of_both_sets_must_agree(self):
        sets = side(np.zeros(3, bool)), side(np.zeros(3, bool))
        with self.assertRaisesRegex(ValueError, "the same columns for both"):
            columns.read(({"a": [1, 2, 3]}, {"b": [1, 2, 3]}), sets)


if __name__ == "__main__":
    absltest.main()
