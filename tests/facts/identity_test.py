"""A `fit` after a look gives the same weights, bit for bit."""

import random
from unittest import mock

import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts import reading
from keras_troubleshoot.facts import tensorflow_data

GLOBAL_RNG = np.random.default_rng(5)
GLOBAL_ORDER = np.arange(8)

X = np.random.default_rng(0).normal(size=(48, 4)).astype("float32")
Y = X.sum(axis=1, keepdims=True)
IMAGES = np.arange(48 * 16).reshape(48, 4, 4, 1).astype("float32") / 768
WORDS = np.array(["a", "b", "c", "d"] * 12)


def slices(*arrays):
    return tf.data.Dataset.from_tensor_slices(arrays)


def shuffled():
    return slices(X, Y).shuffle(48).batch(8)


def shuffled_repeated_noisy():
    def noisy(x, y):
        return x + tf.random.normal([8, 4]), y

    return slices(X, Y).shuffle(20).repeat().batch(8).map(noisy).prefetch(4)


def flipped():
    flip = keras.layers.RandomFlip()

    def augment(x, y):
        return tf.reshape(flip(x, training=True), [-1, 16])[:, :4], y

    return slices(IMAGES, Y).shuffle(48).batch(8).map(augment).prefetch(4)


def tf_generator():
    generator = tf.random.Generator.from_seed(3)

    def noisy(x, y):
        return x + generator.normal([8, 4]), y

    return slices(X, Y).batch(8).map(noisy)


def looked_up():
    lookup = keras.layers.StringLookup(vocabulary=["a", "b", "c"])

    def encode(words, y):
        codes = tf.cast(lookup(words), tf.float32)
        return tf.stack([codes] * 4, axis=1), y

    return slices(WORDS, Y).shuffle(48).batch(8).map(encode)


def zipped():
    x, y = slices(X).shuffle(48), slices(Y).shuffle(48)
    return (
        tf.data.Dataset.zip((x.map(lambda a: a), y.map(lambda b: b)))
        .map(lambda a, b: (a, b))
        .batch(8)
    )


def cached():
    return slices(X, Y).shuffle(48).cache().shuffle(48).batch(8)


def random_dataset():
    noise = tf.data.Dataset.random(rerandomize_each_iteration=True)
    both = tf.data.Dataset.zip(slices(X, Y), noise).batch(8)
    return both.map(
        lambda xy, n: (xy[0] + tf.cast(n[:, None] % 7, tf.float32), xy[1])
    )


def sampled():
    parts = [slices(X, Y).repeat(), slices(-X, Y).shuffle(9).repeat()]
    return tf.data.Dataset.sample_from_datasets(parts).take(48).batch(8)


def interleaved():
    def inner(i):
        rows = tf.data.Dataset.from_tensor_slices((X, Y)).shuffle(48)
        return rows.take(12 + 0 * i).cache()

    return tf.data.Dataset.range(4).shuffle(4).interleave(inner).batch(8)


def variable():
    count = tf.Variable(0.0)

    def counted(x, y):
        return x + count.assign_add(0.1), y

    return slices(X, Y).batch(8).map(counted).prefetch(8)


SIGNATURE = (
    tf.TensorSpec((None, 4), tf.float32),
    tf.TensorSpec((None, 1), tf.float32),
)


def from_generator():
    rng = np.random.default_rng(3)
    order = np.arange(48)

    def generate():
        rng.shuffle(order)
        for i in range(0, 48, 8):
            noise = np.random.normal() + random.random() + rng.normal()
            yield X[order[i : i + 8]] + np.float32(noise), Y[order[i : i + 8]]

    return tf.data.Dataset.from_generator(
        generate, output_signature=SIGNATURE
    ).prefetch(4)


def py_function():
    rng = np.random.default_rng(3)
    seeds = keras.random.SeedGenerator(4)

    def noisy(x, y):
        def add(v):
            noise = keras.random.normal((8, 4), seed=seeds)
            return v + np.float32(rng.normal()) + noise + tf.random.normal([1])

        x = tf.ensure_shape(tf.py_function(add, [x], tf.float32), [8, 4])
        return x, y

    return slices(X, Y).batch(8).map(noisy).prefetch(4)


class Augmented(keras.utils.PyDataset):
    def __init__(self):
        super().__init__()
        self.rng = np.random.default_rng(1)
        self.order = np.arange(48)
        self.names = list(range(48))
        self.count = 0
        self.noise = iter(np.linspace(0, 1, 1000))

    def __len__(self):
        return 6

    def __getitem__(self, index):
        self.count += 1
        random.shuffle(self.names)
        rows = self.order[index * 8 : index * 8 + 8]
        shift = (
            self.rng.normal() + self.names[0] + self.count + next(self.noise)
        )
        return X[rows] + np.float32(shift), Y[rows]

    def on_epoch_end(self):
        self.rng.shuffle(self.order)


def generator_closure():
    rng = np.random.default_rng(1)
    order = np.arange(48)
    epoch = 0

    def generate(size, *, scale, **more):
        nonlocal epoch
        flip = keras.layers.RandomFlip(seed=1)
        while True:
            epoch += 1
            rng.shuffle(order)
            for i in range(0, 48, size):
                rows = order[i : i + size]
                noise = rng.normal() * scale + epoch + more["shift"]
                flip(IMAGES[:2], training=True)
                yield X[rows] + np.float32(noise), Y[rows]

    return generate(8, scale=0.1, shift=1.0)


def generator_global():
    while True:
        GLOBAL_RNG.shuffle(GLOBAL_ORDER)
        keep = X[GLOBAL_ORDER] + np.float32(np.random.normal())
        yield keep + tf.random.normal([8, 4]), Y[GLOBAL_ORDER]


def generator_nested():
    inner = ((X[i : i + 8], Y[i : i + 8]) for i in list(range(0, 48, 8)) * 9)
    shift = iter(range(1000))
    pairs = zip(inner, (random.random() for _ in shift), strict=False)
    return ((x + np.float32(r), y) for (x, y), r in pairs)


def traced_generator():
    @tf.function
    def noisy(x):
        return x + tf.random.normal(tf.shape(x))

    def generate():
        while True:
            yield noisy(X[:8]), Y[:8]

    return generate()


KINDS = (
    shuffled,
    shuffled_repeated_noisy,
    flipped,
    tf_generator,
    looked_up,
    zipped,
    cached,
    random_dataset,
    sampled,
    interleaved,
    variable,
    from_generator,
    py_function,
    Augmented,
    generator_closure,
    generator_global,
    generator_nested,
    traced_generator,
)


def train(make, look):
    GLOBAL_RNG.bit_generator.state = np.random.default_rng(
        5
    ).bit_generator.state
    GLOBAL_ORDER[:] = np.arange(8)
    keras.utils.clear_session()
    keras.utils.set_random_seed(7)
    data = make()
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(3),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(1),
        ]
    )
    model.compile("sgd", "mse")
    if look:
        for _ in range(2):
            reading.read(data, limit=40)
    # Before `fit`, whose threads read ahead and draw at their own pace.
    draws = [random.random(), np.random.random(), keras.random.normal((1,))]
    draws.append(tf.random.normal([1]))
    steps = None if isinstance(data, keras.utils.PyDataset) else 4
    model.fit(data, epochs=2, steps_per_epoch=steps, verbose=0)
    values = [np.asarray(v) for v in (*model.get_weights(), *draws)]
    return values, keras.layers.Dense(1).name


class IdentityTest(parameterized.TestCase):
    @parameterized.named_parameters((k.__name__, k) for k in KINDS)
    def test_training_after_a_look_is_the_same(self, make):
        expected, name = train(make, look=False)
        looked, looked_name = train(make, look=True)
        for a, b in zip(expected, looked, strict=True):
            np.testing.assert_array_equal(a, b)
        self.assertEqual(name, looked_name)

    @parameterized.named_parameters(
        (kind.__name__, kind)
        for kind in (shuffled_repeated_noisy, flipped, tf_generator, looked_up)
    )
    def test_large_datasets_too(self, make):
        expected, _ = train(make, look=False)
        with mock.patch.object(tensorflow_data, "CHEAP_COPY", -1):
            looked, _ = train(make, look=True)
        for a, b in zip(expected, looked, strict=True):
            np.testing.assert_array_equal(a, b)


if __name__ == "__main__":
    absltest.main()
