"""The scores that toy problems are said to have, measured with oracles."""

import subprocess
import sys

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.start_simple.data import synthetic
from keras_troubleshoot.start_simple.data.synthetic.amounts import Amounts
from keras_troubleshoot.start_simple.data.synthetic.classes import Classes
from keras_troubleshoot.start_simple.data.synthetic.labels import Labels
from keras_troubleshoot.start_simple.data.synthetic.pictures import Picture
from keras_troubleshoot.start_simple.data.synthetic.problem import Needed
from keras_troubleshoot.start_simple.data.synthetic.series import Series
from keras_troubleshoot.start_simple.data.synthetic.tables import Table
from keras_troubleshoot.start_simple.data.synthetic.texts import Text

MAKERS = {
    "images": lambda **common: synthetic.images(
        **{"rows": 60, "shape": (10, 12, 2), **common}
    ),
    "sequences": lambda **common: synthetic.sequences(
        **{"rows": 60, "steps": 20, "features": 2, **common}
    ),
    "tokens": lambda **common: synthetic.tokens(
        **{"rows": 60, "steps": 20, "vocabulary": 100, **common}
    ),
    "tabular": lambda **common: synthetic.tabular(
        **{"rows": 60, "features": 6, **common}
    ),
}
MODALITIES = [(name, make) for name, make in MAKERS.items()]


def world(seed=0):
    """The random numbers from which `making.several` makes the scene."""
    return np.random.default_rng((seed, 0))


def windows(canvas, size):
    """All places where a stamp may lie: (rows, places, numbers)."""
    views = np.lib.stride_tricks.sliding_window_view(canvas, size, (1, 2))
    views = np.moveaxis(views, 3, -1)
    return views.reshape(len(canvas), -1, int(np.prod(size)) * canvas.shape[3])


def nearest_stamp(canvas, stamps, ground, height):
    """The pattern which, somewhere and either way, leaves least over."""
    places = windows(canvas - ground, tuple(stamps.size))
    flat = height * stamps.signs.reshape(len(stamps.signs), -1)
    # |v - s p|^2 = |v|^2 - 2 s v.p + |p|^2, against leaving v as it is.
    return np.abs(places @ flat.T).max(axis=1).argmax(axis=1)


def by_image(x, shape, classes, seed=0):
    scene = Picture(shape, Needed(classes, False), world(seed))
    return nearest_stamp(x, scene.stamps, 0.5, 0.4)


def by_sequence(x, classes, seed=0):
    scene = Series(*x.shape[1:], Needed(classes, False), world(seed))
    return nearest_stamp(x[:, :, None], scene.stamps, 0.0, 1.0)


def by_tokens(x, vocabulary, classes, seed=0):
    words = range(1, vocabulary)
    scene = Text(x.shape[1], words, Needed(classes, False), world(seed))
    counts = [np.isin(x, topic).sum(axis=1) for topic in scene.topics]
    return np.argmax(counts, axis=0)


def by_table(x, classes, seed=0):
    scene = Table(x.shape[1], Needed(classes, False), world(seed))
    shown = x / scene.scale @ scene.directions
    away = [
        np.minimum(*(np.linalg.norm(shown - s * c, axis=1) for s in (1, -1)))
        for c in scene.centres
    ]
    return np.argmin(away, axis=0)


class OracleTest(parameterized.TestCase):
    """Inputs determine the class: the nearest noise-free pattern is right."""

    @parameterized.product(
        case=(
            ((28, 28, 1), 3),
            ((28, 28, 1), 10),
            ((8, 8, 1), 4),
            ((32, 16, 3), 20),
            ((5, 40, 2), 4),
        ),
        seed=(0, 1),
    )
    def test_images(self, case, seed):
        shape, classes = case
        toy = synthetic.images(
            20, shape, classes=classes, noise=0.1, test_rows=300, seed=seed
        )
        right = by_image(toy.x_test, shape, classes, seed) == toy.y_test
        self.assertAlmostEqual(right.mean(), toy.reachable)

    @parameterized.product(
        case=((50, 3, 3), (20, 1, 4), (200, 2, 10), (8, 4, 5)), seed=(0, 1)
    )
    def test_sequences(self, case, seed):
        steps, features, classes = case
        toy = synthetic.sequences(
            20,
            steps,
            features,
            classes=classes,
            noise=0.1,
            test_rows=300,
            seed=seed,
        )
        right = by_sequence(toy.x_test, classes, seed) == toy.y_test
        self.assertAlmostEqual(right.mean(), toy.reachable)

    @parameterized.product(
        case=((50, 1000, 3), (10, 12, 10), (3, 20, 4), (1, 50, 2)),
        seed=(0, 1),
    )
    def test_tokens(self, case, seed):
        steps, vocabulary, classes = case
        toy = synthetic.tokens(
            20,
            steps,
            vocabulary,
            classes=classes,
            noise=0.1,
            test_rows=300,
            seed=seed,
        )
        right = by_tokens(toy.x_test, vocabulary, classes, seed) == toy.y_test
        self.assertAlmostEqual(right.mean(), toy.reachable)
        self.assertBetween(toy.x.min(), 1, vocabulary - 1)
        self.assertBetween(toy.x.max(), 1, vocabulary - 1)

    @parameterized.product(
        case=((10, 3), (2, 10), (1, 4), (100, 10), (7, 7)), seed=(0, 1)
    )
    def test_tabular(self, case, seed):
        features, classes = case
        toy = synthetic.tabular(
            20, features, classes=classes, noise=0.1, test_rows=300, seed=seed
        )
        right = by_table(toy.x_test, classes, seed) == toy.y_test
        self.assertAlmostEqual(right.mean(), toy.reachable)


class AmountsTest(parameterized.TestCase):
    """Inputs determine the amounts, up to what is said."""

    def test_rows_of_a_table(self):
        toy = synthetic.tabular(20, 8, task="regression", test_rows=300)
        scene = Table(8, Needed(1, True), world())
        shown = np.abs(toy.x_test / scene.scale @ scene.directions)
        np.testing.assert_allclose(
            (shown - 0.5) * np.sqrt(12), toy.y_test, atol=1e-4
        )

    @parameterized.parameters((28, 28, 1), (8, 8, 1), (20, 30, 3))
    def test_contrasts_of_images(self, *shape):
        toy = synthetic.images(20, shape, task="regression", test_rows=300)
        scene = Picture(shape, Needed(1, True), world())
        places = windows(toy.x_test - 0.5, tuple(scene.stamps.size))
        pattern = scene.stamps.signs[0].ravel()
        found = np.abs(places @ pattern).max(axis=1) / (0.4 * pattern.size)
        left = np.square((found - 0.5) * np.sqrt(12) - toy.y_test[:, 0]).mean()
        # 0.002 of the variance, and what the choice of the place adds.
        self.assertLess(left, 0.006)

    def test_heights_of_curves(self):
        toy = synthetic.sequences(20, task="regression", test_rows=300)
        scene = Series(50, 3, Needed(1, True), world())
        signs = scene.stamps.signs[0][:, 0]
        places = windows(toy.x_test[:, :, None], (scene.stamps.size[0], 1))
        places = places.reshape(300, -1, *signs.shape)
        each = np.abs((places * signs).sum(axis=2)).max(axis=1) / len(signs)
        left = (each.mean(axis=1) - 0.5) * np.sqrt(12) - toy.y_test[:, 0]
        self.assertLess(np.square(left).mean(), 0.01)

    @parameterized.parameters((50, 1000), (8, 30), (2, 10))
    def test_shares_of_topics(self, steps, vocabulary):
        toy = synthetic.tokens(
            2000, steps, vocabulary, task="regression", test_rows=2000
        )
        scene = Text(steps, range(1, vocabulary), Needed(1, True), world())
        counts = np.isin(toy.x_test, scene.topics[0]).sum(axis=1)
        # Each count stands for one target, in even steps.
        values = [np.unique(toy.y_test[counts == c]) for c in np.unique(counts)]
        self.assertTrue(all(len(v) == 1 for v in values))
        self.assertLess(np.ptp(np.diff(np.concatenate(values))), 1e-6)
        self.assertAlmostEqual(toy.y.std(), 1, delta=0.05)

    @parameterized.parameters(0.0, 0.3, 1.0)
    def test_r2_of_the_signal(self, noise):
        arguments = {"task": "regression", "test_rows": 20000, "rows": 20}
        noisy = synthetic.tabular(noise=noise, **arguments).y_test
        clean = synthetic.tabular(**arguments).y_test
        left = np.square(noisy - clean).mean() / noisy.var()
        toy = synthetic.tabular(noise=noise, **arguments)
        self.assertAlmostEqual(1 - left, toy.reachable, delta=0.01)
        self.assertEqual(toy.chance, 0)

    def test_columns_beyond_the_capacity(self):
        rng = np.random.default_rng(0)
        scene = Table(2, Needed(5, True), rng)
        shown, signal = Amounts(5).draw(1000, [scene], rng)
        self.assertEqual(shown[0].shape, (1000, 2))
        np.testing.assert_allclose(signal[:, 2:4], -signal[:, :2])
        np.testing.assert_allclose(signal[:, 4], signal[:, 0])


class ScoresTest(parameterized.TestCase):
    @parameterized.product(
        classes=(2, 5), noise=(0.0, 0.2), imbalance=(1.0, 8.0)
    )
    def test_labels_are_replaced_and_guessed_as_said(
        self, classes, noise, imbalance
    ):
        toy = synthetic.tabular(
            20,
            classes=classes,
            noise=noise,
            imbalance=imbalance,
            test_rows=20000,
        )
        clean = synthetic.tabular(
            20, classes=classes, imbalance=imbalance, test_rows=20000
        ).y_test
        self.assertAlmostEqual((toy.y_test == clean).mean(), toy.reachable)
        most = np.bincount(toy.y_test).max() / 20000
        self.assertAlmostEqual(most, toy.chance, delta=0.01)
        counts = np.bincount(clean)
        self.assertAlmostEqual(counts[0] / counts[-1], imbalance, delta=0.05)
        steps = counts[:-1] / counts[1:]
        self.assertLess(np.ptp(steps), 0.05)

    @parameterized.product(noise=(0.0, 0.2), imbalance=(1.0, 4.0))
    def test_several_labels(self, noise, imbalance):
        rng = np.random.default_rng(0)
        problem = Labels(3, noise, imbalance)
        scenes = [
            Table(6, Needed(3, True), rng),
            Text(9, range(1, 50), Needed(3, True), rng),
        ]
        shown, clean = problem.draw(20000, scenes, rng)
        seen = problem.disturb(clean, rng)
        self.assertAlmostEqual((seen == clean).mean(), problem.reachable)
        guessed = np.maximum(seen.mean(0), 1 - seen.mean(0)).mean()
        self.assertAlmostEqual(guessed, problem.chance, delta=0.01)
        self.assertAlmostEqual(clean.mean(), 1 / (1 + imbalance), delta=1e-4)
        for index, amounts in enumerate(shown):
            own = problem.own(index, 2)
            found = amounts[:, : len(own)] > 0.5
            np.testing.assert_array_equal(found, clean[:, own])
            guess = np.full(clean.shape, imbalance == 1)
            guess[:, own] = found
            self.assertAlmostEqual(
                (guess == seen).mean(), problem.alone(index, 2), delta=0.01
            )

    @parameterized.product(
        inputs=(2, 3), noise=(0.0, 0.2), imbalance=(1.0, 4.0)
    )
    def test_one_of_several_inputs(self, inputs, noise, imbalance):
        rng = np.random.default_rng(0)
        problem = Classes(4, noise, imbalance)
        shown, clean = problem.draw(40000, [None] * inputs, rng)
        seen = problem.disturb(clean, rng)
        guess = np.bincount(seen).argmax()
        for index, ids in enumerate(shown):
            said = np.where(ids >= 0, ids, guess)
            self.assertAlmostEqual(
                (said == seen).mean(), problem.alone(index, inputs), delta=0.01
            )
        together = np.max(shown, axis=0)
        np.testing.assert_array_equal(together, clean)

    @parameterized.parameters(2, 3)
    def test_one_of_several_parts_of_a_sum(self, inputs):
        rng = np.random.default_rng(0)
        scenes = [Table(3, Needed(1, True), rng) for _ in range(inputs)]
        problem = Amounts(1, noise=0.5)
        shown, clean = problem.draw(40000, scenes, rng)
        self.assertAlmostEqual(clean.std(), 1, delta=0.01)
        seen = problem.disturb(clean, rng)
        for index, amounts in enumerate(shown):
            r = np.corrcoef(amounts[:, 0], seen[:, 0])[0, 1]
            self.assertAlmostEqual(
                r**2, problem.alone(index, inputs), delta=0.01
            )


class CommonTest(parameterized.TestCase):
    @parameterized.named_parameters(MODALITIES)
    def test_the_seed_decides(self, make):
        one, same, other = make(), make(), make(seed=1)
        np.testing.assert_array_equal(one.x, same.x)
        np.testing.assert_array_equal(one.y_test, same.y_test)
        self.assertFalse(np.array_equal(one.x, other.x))
        self.assertFalse(np.array_equal(one.x[:50], one.x_test[:50]))

    @parameterized.named_parameters(MODALITIES)
    def test_rows_of_one_part_do_not_change_the_other(self, make):
        np.testing.assert_array_equal(
            make(rows=60).x_test, make(rows=90).x_test
        )

    @parameterized.named_parameters(MODALITIES)
    def test_all_inputs_are_finite_and_of_their_type(self, make):
        for task in ("classification", "regression"):
            toy = make(task=task)
            self.assertTrue(np.isfinite(toy.x).all())
            self.assertIn(toy.x.dtype, ("float32", "int32"))
            self.assertLen(toy.y, 60)
            self.assertLen(toy.y_test, 500)

    @parameterized.named_parameters(
        ("sequences", MAKERS["sequences"], (0, 1)),
        ("tabular", MAKERS["tabular"], 0),
    )
    def test_shift_in_standard_deviations(self, make, axes):
        still, moved = make(rows=2000), make(rows=2000, shift=1.5)
        np.testing.assert_array_equal(still.x, moved.x)
        away = (moved.x_test - still.x_test) / still.x.std(axis=axes)
        np.testing.assert_allclose(np.abs(away), 1.5, atol=1e-4)
        # Always the same way for a feature.
        self.assertLess(np.ptp(away, axis=axes).max(), 1e-4)

    def test_shift_of_images_is_brighter(self):
        still, moved = (MAKERS["images"](shift=shift) for shift in (0, 0.5))
        away = moved.x_test - still.x_test
        np.testing.assert_allclose(away, 0.5 * still.x.std(), atol=1e-5)

    def test_shift_of_tokens_brings_other_words(self):
        toy = synthetic.tokens(2000, 50, 1000, classes=3, shift=0.5)
        scene = Text(50, range(1, 1000), Needed(3, False), world())
        fresh = np.isin(toy.x_test, scene.fresh).sum()
        topical = np.isin(toy.x_test, scene.topics).sum()
        self.assertFalse(np.isin(toy.x, scene.fresh).any())
        self.assertAlmostEqual(fresh / (fresh + topical), 0.5, delta=0.03)

    def test_sentence(self):
        toy = synthetic.sequences(
            20, 30, 2, classes=2, noise=0.1, imbalance=3, shift=0.5
        )
        self.assertEqual(
            str(toy),
            "20 sequences of 30 steps and 2 features in 2 classes (1:3), 10% "
            "of the labels replaced, test inputs moved by 0.5: a perfect model "
            "reaches an accuracy of 0.9 on 500 test rows, guessing 0.7.",
        )

    def test_no_tensorflow(self):
        ran = subprocess.run(
            [
                sys.executable,
                "-c",
                "import sys, numpy as np\n"
                "from keras_troubleshoot.start_simple.data import synthetic\n"
                "synthetic.like(np.eye(9)[:8] + 0.5, np.arange(8) % 2)\n"
                "print([m for m in ('keras', 'tensorflow') "
                "if m in sys.modules])",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(ran.stdout.strip(), "[]", ran.stderr)


class MultimodalTest(parameterized.TestCase):
    SIZES = {
        "photo": {"shape": (8, 8, 1)},
        "series": {"steps": 12, "features": 2},
        "text": {"steps": 12, "vocabulary": 50},
        "facts": {"features": 5},
    }

    def test_shapes_and_scores(self):
        toy = synthetic.multimodal(self.SIZES, rows=40, classes=4)
        shapes = {name: array.shape for name, array in toy.x.items()}
        self.assertEqual(
            shapes,
            {
                "photo": (40, 8, 8, 1),
                "series": (40, 12, 2),
                "text": (40, 12),
                "facts": (40, 5),
            },
        )
        # Shown in a quarter of the rows, guessed of four in the others.
        self.assertEqual(set(toy.alone.values()), {0.25 + 0.75 * 0.25})

    def test_a_text_alone(self):
        sizes = {name: self.SIZES[name] for name in ("photo", "text")}
        toy = synthetic.multimodal(sizes, classes=3, test_rows=3000)
        rng = world()
        Picture((8, 8, 1), Needed(3, False), rng)
        scene = Text(12, range(1, 50), Needed(3, False), rng)
        x = toy.x_test["text"]
        counts = [np.isin(x, topic).sum(axis=1) for topic in scene.topics]
        said = np.argmax(counts, axis=0)
        right = (said == toy.y_test).mean()
        self.assertAlmostEqual(right, toy.alone["text"], delta=0.03)

    def test_regression(self):
        toy = synthetic.multimodal(self.SIZES, rows=40, task="regression")
        self.assertEqual(toy.alone["facts"], 0.25)
        self.assertEqual(toy.y.shape, (40, 1))


class RefusalsTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("rows", {"rows": 1}, "`rows` must be at least 2"),
        ("classes", {"classes": 1}, "`classes` must be at least 2"),
        ("too_few_rows", {"classes": 61}, "a row for each of the 61"),
        ("noise", {"classes": 4, "noise": 0.75}, "must be less than 0.75"),
        ("negative", {"noise": -0.1}, "at least 0"),
        ("nan", {"noise": float("nan")}, "finite"),
        ("imbalance", {"imbalance": 0.5}, "at least 1"),
        ("shift", {"shift": -1}, "at least 0"),
        ("task", {"task": "ranking"}, "'classification' or 'regression'"),
        ("both", {"task": "regression", "classes": 3}, "leave out one"),
        ("uneven", {"task": "regression", "imbalance": 3.0}, "leave out one"),
    )
    def test_one_sentence(self, common, told):
        for make in MAKERS.values():
            with self.assertRaisesRegex(ValueError, told):
                make(**common)

    @parameterized.named_parameters(
        ("rows", {"rows": 60.0}),
        ("classes", {"classes": True}),
        ("noise", {"noise": "little"}),
        ("unknown", {"labels": 3}),
    )
    def test_types(self, common):
        for make in MAKERS.values():
            with self.assertRaises(TypeError):
                make(**common)

    @parameterized.named_parameters(
        ("image", lambda: synthetic.images(60, (1, 2, 1), classes=9), "small"),
        ("shape", lambda: synthetic.images(60, (28, 28)), "height, width"),
        ("steps", lambda: synthetic.sequences(60, 1, 1, classes=9), "small"),
        ("words", lambda: synthetic.tokens(60, 9, 4, classes=3), "vocabulary"),
        (
            "no_other_words",
            lambda: synthetic.tokens(60, 9, 6, classes=4, shift=0.5),
            "ask for more words",
        ),
        (
            "more_than_all_words",
            lambda: synthetic.tokens(60, shift=1.5),
            "at most 1",
        ),
        (
            "no_kind",
            lambda: synthetic.multimodal({"a": {"width": 3}}),
            "sizes of one kind",
        ),
    )
    def test_sizes(self, make, told):
        with self.assertRaisesRegex(ValueError, f"{told}(.|\n)*"):
            make()

    def test_inputs_are_a_dictionary(self):
        with self.assertRaisesRegex(TypeError, "must be a dictionary"):
            synthetic.multimodal([{"features": 3}])


if __name__ == "__main__":
    absltest.main()
