import random

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.improvement.errors import clusters
from keras_troubleshoot.improvement.errors.analyze_errors import analyze_errors
from keras_troubleshoot.report.page import Gallery
from keras_troubleshoot.report.page import Table
from tests.improvement.errors.recorded import Recorded
from tests.improvement.errors.recorded import RecordedNumbers
from tests.improvement.errors.recorded import with_errors

ROWS = 10_000


def lecture(untagged=0):
    """The lecture's example: self-driving, 0.5% and 1.4% of the rows wrong."""
    sets, tags = [], []
    for nights in (10, 100):
        wrong = np.arange(ROWS) < 40 + nights + untagged
        sets.append(with_errors(wrong))
        tags.append(
            {
                "hard-to-see pedestrians": range(10),
                "reflections": range(10, 40),
                "night scenes": range(40, 40 + nights),
            }
        )
    return sets, tuple(tags)


class LectureTest(parameterized.TestCase):
    def test_table_of_the_lecture(self):
        (validation, test_validation), tags = lecture()
        found = analyze_errors(
            Recorded(2),
            *validation,
            test_validation=test_validation,
            tags=tags,
            clusters=0,
        )
        table = [
            (
                one.name,
                one.validation.share,
                one.test_validation.share,
                one.gain,
                one.priority,
            )
            for one in found.of("tag")
        ]
        expected = [
            ("night scenes", 0.001, 0.01, 0.01, "high"),
            ("reflections", 0.003, 0.003, 0.003, "medium"),
            ("hard-to-see pedestrians", 0.001, 0.001, 0.001, "low"),
        ]
        for row, wanted in zip(table, expected, strict=True):
            self.assertEqual((row[0], row[-1]), (wanted[0], wanted[-1]))
            np.testing.assert_allclose(row[1:-1], wanted[1:-1])

    def test_solutions_are_those_of_the_lecture(self):
        (validation, test_validation), tags = lecture()
        found = analyze_errors(
            Recorded(2),
            *validation,
            test_validation=test_validation,
            tags=tags,
            clusters=0,
        )
        night, reflections, _ = found.of("tag")
        self.assertIn("domain adaptation", night.solutions)
        self.assertNotIn("domain adaptation", reflections.solutions)
        self.assertEqual(
            night.calls,
            (
                "kts.distribution_shift(x, x_test_validation)",
                "kts.adaptation.adapt((x, y), x_test_validation, build=build)",
            ),
        )
        self.assertIn("collect more such examples", reflections.solutions)

    def test_text_and_page_show_it(self):
        (validation, test_validation), tags = lecture()
        found = analyze_errors(
            Recorded(2),
            *validation,
            test_validation=test_validation,
            tags=tags,
            clusters=0,
        )
        told = str(found)
        self.assertIn("0.5% of 10,000 rows of validation, 1.4% of", told)
        self.assertRegex(told, r"tag: night scenes +0.1% +1% +1%  high")
        self.assertLess(max(map(len, told.splitlines()[2:])), 81)
        table = [b for b in found.page_blocks() if isinstance(b, Table)][0]
        self.assertLen(table.columns, 6)
        row = [r for r in table.rows if r[0] == "tag: reflections"][0]
        self.assertEqual(row[-1], "medium")
        self.assertStartsWith(row[1], "0.3% (0.21% to 0.43%)")

    def test_errors_without_a_tag_are_told(self):
        (validation, _), tags = lecture(untagged=7)
        found = analyze_errors(
            Recorded(2), *validation, tags=tags[0], clusters=0
        )
        self.assertIn("7 of 57 rows with an error in validation", str(found))

    def test_tags_of_one_set_say_nothing_of_the_other(self):
        (validation, test_validation), tags = lecture()
        found = analyze_errors(
            Recorded(2),
            *validation,
            test_validation=test_validation,
            tags=tags[0],
            clusters=0,
        )
        one = found.of("tag")[0]
        self.assertIsNone(one.test_validation)
        self.assertEqual(one.gain, one.validation.share)

    @parameterized.named_parameters(
        ("masks", lambda rows: {"night": np.isin(np.arange(200), rows)}),
        ("numbers", lambda rows: {"night": list(rows)}),
        (
            "words",
            lambda rows: ["night" if i in rows else "" for i in range(200)],
        ),
    )
    def test_tags_may_be_masks_numbers_or_words(self, make):
        data = with_errors(np.arange(200) < 10)
        found = analyze_errors(Recorded(2), *data, tags=make(range(5, 20)))
        self.assertAlmostEqual(found.of("tag")[0].gain, 5 / 200)
        self.assertEqual(found.of("tag")[0].rows[0].tolist(), [5, 6, 7, 8, 9])


class WorthTest(parameterized.TestCase):
    def test_no_errors(self):
        data = with_errors(np.zeros(100, bool))
        found = analyze_errors(Recorded(2), *data)
        self.assertEmpty(found.types)
        self.assertIn("There are no errors.", str(found))

    def test_nothing_stands_out(self):
        rng = np.random.default_rng(0)
        x, y = with_errors(rng.random(2000) < 0.2, classes=50)
        x = np.column_stack([x, rng.normal(size=(2000, 4))])
        found = analyze_errors(
            Recorded(50), x, y, metadata={"m": rng.normal(size=2000)}
        )
        self.assertEmpty(found.types)
        self.assertIn("No type of errors stands out", str(found))
        self.assertNotEmpty(found.galleries[0].examples)

    def test_gain_of_a_slice_is_its_excess(self):
        rng = np.random.default_rng(0)
        night = rng.random(5000) < 0.3
        wrong = rng.random(5000) < np.where(night, 0.3, 0.1)
        weight = rng.uniform(1, 2, 5000)
        found = analyze_errors(
            Recorded(2),
            *with_errors(wrong),
            weight,
            metadata={"night": night},
            clusters=0,
        )
        one = found.of("slice")[0]
        mean = np.average(wrong, weights=weight)
        rest = np.average(wrong[~night], weights=weight[~night])
        self.assertAlmostEqual(one.gain, mean - rest)
        self.assertAlmostEqual(one.lead.rest, rest)
        self.assertAlmostEqual(
            one.lead.rate, np.average(wrong[night], weights=weight[night])
        )
        self.assertAlmostEqual(
            one.lead.share, np.average(wrong * night, weights=weight)
        )
        self.assertEqual(one.lead.rows, night.sum())

    def test_intervals_hold_the_truth(self):
        hits = 0
        for seed in range(100):
            rng = np.random.default_rng(seed)
            wrong = rng.random(300) < 0.1
            found = analyze_errors(
                Recorded(2),
                *with_errors(wrong),
                tags={"all": np.ones(300, bool)},
                clusters=0,
                examples=0,
            )
            one = found.of("tag")[0].lead
            hits += one.low <= 0.1 <= one.high
        self.assertBetween(hits, 89, 100)

    def test_large_targets_of_a_regression(self):
        rng = np.random.default_rng(0)
        y = rng.uniform(0, 10, 2000)
        made = np.where(y > 8, y - 3, y) + rng.normal(0, 0.5, 2000)
        found = analyze_errors(RecordedNumbers(), made[:, None], y, clusters=0)
        self.assertEqual(found.measure, "mean squared error")
        one = found.types[0]
        self.assertEqual(one.source, "target size")
        self.assertRegex(one.name, r"target from (8|7\.9).* to (10|9\.99)")
        self.assertRegex(one.detail, r"(2\.9|3|3\.0)\d* too low on average")
        self.assertGreater(one.lead.of_errors, 0.8)

    def test_even_errors_of_a_regression(self):
        rng = np.random.default_rng(0)
        y = rng.uniform(0, 10, 2000)
        made = y + rng.normal(0, 0.5, 2000)
        found = analyze_errors(RecordedNumbers(), made[:, None], y)
        self.assertEmpty(found.of("target size"))


class ClustersTest(parameterized.TestCase):
    def data(self, seed, sick, rows=3000):
        rng = np.random.default_rng(seed)
        group = rng.integers(0, 6, rows)
        centres = np.eye(6)[group] * 8
        wrong = rng.random(rows) < np.where((group == 2) & sick, 0.4, 0.05)
        x, y = with_errors(wrong, 3, seed + 1000)
        features = centres + rng.normal(size=centres.shape)
        return np.column_stack([x, features]), y, group

    def test_cluster_with_more_errors(self):
        x, y, group = self.data(0, sick=True)
        metadata = {"place": np.where(group == 2, "tunnel", "road")}
        found = analyze_errors(Recorded(3), x, y, clusters=6)
        self.assertLen(found.of("cluster"), 1)
        one = found.of("cluster")[0]
        # What the rest has is what is left: 5%.
        self.assertAlmostEqual(one.lead.rest, 0.05, delta=0.01)
        self.assertAlmostEqual(one.lead.rate, 0.4, delta=0.05)
        # A slice of the same rows names it.
        both = analyze_errors(Recorded(3), x, y, clusters=6, metadata=metadata)
        self.assertEmpty(both.of("cluster"))
        told = both.of("slice")[0].detail
        self.assertIn("Much the same rows: cluster", told)

    def test_number_is_chosen(self):
        x, y, _ = self.data(0, sick=True)
        found = analyze_errors(Recorded(3), x, y)
        worst = found.of("cluster")[0]
        self.assertAlmostEqual(worst.lead.rate, 0.4, delta=0.06)

    def test_random_errors_give_no_cluster(self):
        hits = 0
        for seed in range(15):
            x, y, _ = self.data(seed, sick=False, rows=1000)
            found = analyze_errors(Recorded(3), x, y, examples=0)
            hits += bool(found.of("cluster"))
        self.assertLessEqual(hits, 2)

    def test_metadata_describe_a_cluster(self):
        x, y, group = self.data(0, sick=True)
        rng = np.random.default_rng(1)
        tunnel = (group == 2) & (rng.random(len(group)) < 0.6)
        found = analyze_errors(
            Recorded(3), x, y, clusters=6, metadata={"tunnel": tunnel}
        )
        one = found.of("cluster")[0]
        self.assertRegex(one.detail, r"tunnel = True in [56]\d% of them")

    def test_interrupted_it_holds_the_rest(self):
        def stop(*args):
            raise KeyboardInterrupt

        x, y, _ = self.data(0, sick=True)
        with self.swapped(stop):
            found = analyze_errors(Recorded(3), x, y)
        self.assertTrue(found.stopped)
        self.assertNotEmpty(found.of("confusion"))
        self.assertIn("Interrupted", str(found))

    def swapped(self, function):
        return absltest.mock.patch.object(clusters, "find", function)


class KerasTest(parameterized.TestCase):
    def setUp(self):
        super().setUp()
        keras.utils.set_random_seed(0)
        rng = np.random.default_rng(0)
        self.images = rng.random((400, 12, 12, 1)).astype("float32")
        self.numbers = rng.normal(size=(400, 3)).astype("float32")
        self.y = rng.integers(0, 3, 400)
        image = keras.Input((12, 12, 1), name="image")
        table = keras.Input((3,), name="table")
        hidden = keras.layers.Conv2D(4, 3, activation="relu")(image)
        hidden = keras.layers.GlobalAveragePooling2D()(hidden)
        hidden = keras.layers.Concatenate()([hidden, table])
        hidden = keras.layers.Dropout(0.5)(hidden)
        outputs = keras.layers.Dense(3, activation="softmax")(hidden)
        self.model = keras.Model({"image": image, "table": table}, outputs)
        self.model.compile("adam", "sparse_categorical_crossentropy")
        self.x = {"image": self.images, "table": self.numbers}

    def test_nothing_is_changed(self):
        np.random.seed(3)
        random.seed(3)
        weights = [w.copy() for w in self.model.get_weights()]
        seeds = [v.numpy() for v in self.model.variables]
        before = np.random.get_state()[1].copy(), random.getstate()
        copies = {k: v.copy() for k, v in self.x.items()}
        analyze_errors(self.model, self.x, self.y)
        np.testing.assert_array_equal(np.random.get_state()[1], before[0])
        self.assertEqual(random.getstate(), before[1])
        for old, new in zip(weights, self.model.get_weights(), strict=True):
            np.testing.assert_array_equal(old, new)
        for old, new in zip(seeds, self.model.variables, strict=True):
            np.testing.assert_array_equal(old, new.numpy())
        for key, value in copies.items():
            np.testing.assert_array_equal(self.x[key], value)

    def test_same_result_again_and_from_a_stream(self):
        weight = np.linspace(0.5, 1, 400).astype("float32")
        first = analyze_errors(self.model, self.x, self.y, weight)
        again = analyze_errors(self.model, self.x, self.y, weight)
        stream = tf.data.Dataset.from_tensor_slices((self.x, self.y, weight))
        third = analyze_errors(self.model, stream.batch(64))
        self.assertEqual(str(first), str(again))
        self.assertEqual(str(first), str(third))
        self.assertEqual(
            [e.png for g in first.galleries for e in g.examples],
            [e.png for g in third.galleries for e in g.examples],
        )

    def test_galleries_stay_small(self):
        found = analyze_errors(self.model, self.x, self.y, examples=24)
        galleries = [
            block for block in found.page_blocks() if isinstance(block, Gallery)
        ]
        examples = [e for gallery in galleries for e in gallery.examples]
        self.assertBetween(len(examples), 8, 24)
        self.assertLess(sum(len(e.png) for e in examples), 60_000)
        self.assertRegex(examples[0].caption, r"Row \d+: \d taken for \d, \d+%")
        self.assertEmpty(
            analyze_errors(self.model, self.x, self.y, examples=0).galleries
        )

    def test_worst_first(self):
        found = analyze_errors(self.model, self.x, self.y)
        outputs = self.model.predict(self.x, verbose=0)
        wrong = outputs.argmax(1) != self.y
        true = outputs[np.arange(400), self.y]
        worst = int(np.argmin(np.where(wrong, true, 1)))
        first = found.galleries[0].examples[0]
        self.assertStartsWith(first.caption, f"Row {worst}: {self.y[worst]} ")

    def test_names_of_classes(self):
        found = analyze_errors(
            self.model, self.x, self.y, names=["cat", "dog", "cow"]
        )
        self.assertRegex(str(found), "(cat|dog|cow) taken for (cat|dog|cow)")


class RefusedTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("clusters", {"clusters": 1}, ValueError, "at least 2"),
        ("clusters_type", {"clusters": 2.5}, TypeError, "a whole number"),
        ("examples", {"examples": -1}, ValueError, "from 0 to 60"),
        ("seed", {"seed": "a"}, TypeError, "a whole number"),
        ("names", {"names": "ab"}, TypeError, "names of the classes"),
        ("few_names", {"names": ["no"]}, ValueError, "none for class 1"),
        ("name_ids", {"names": {"a": 0}}, TypeError, "map the ids"),
        ("no_targets", {"y": None}, ValueError, "must bring targets"),
        ("pair", {"metadata": ({}, {})}, ValueError, "without `test_valid"),
        ("vocabulary", {"vocabulary": 3}, TypeError, "a list of words"),
        ("tags", {"tags": 3}, TypeError, "must map tags to masks"),
        ("row", {"tags": {"a": [500]}}, ValueError, "from 0 to 99"),
        ("twice", {"tags": {"a": [0, 1, 0]}}, ValueError, "name each row once"),
        ("mask", {"tags": {"a": [True]}}, ValueError, "a mask of the 100 rows"),
        ("words", {"tags": ["night"]}, ValueError, "a string for each row"),
        ("kind", {"tags": {"a": [0.5]}}, TypeError, "list of row numbers"),
        ("task", {"task": "ranking"}, ValueError, "`task` must be one of"),
        ("rows", {"y": np.zeros(7)}, ValueError, "the same number of rows"),
        (
            "weights",
            {"sample_weight": np.zeros(100)},
            ValueError,
            "weights of validation must",
        ),
        ("nan", {"y": np.full(100, np.nan)}, ValueError, "classes that"),
        (
            "other_task",
            {"test_validation": (np.zeros((9, 1)), np.zeros(9)), "tags": (1,)},
            TypeError,
            "must map tags",
        ),
        (
            "elements",
            {"test_validation": (1, 2, 3, 4)},
            ValueError,
            "received: 4 elements",
        ),
    )
    def test_one_sentence(self, arguments, error, told):
        x, y = with_errors(np.arange(100) < 9)
        given = {"x": x, "y": y} | arguments
        with self.assertRaisesRegex(error, told) as caught:
            analyze_errors(Recorded(2), **given)
        self.assertIn("To mend it", str(caught.exception))

    def test_no_model(self):
        with self.assertRaisesRegex(TypeError, "must be a `keras.Model`"):
            analyze_errors("model.keras", np.zeros((3, 1)), np.zeros(3))


if __name__ == "__main__":
    absltest.main()
