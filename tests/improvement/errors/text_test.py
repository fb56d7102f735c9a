import keras
import numpy as np
import tensorflow as tf
from absl.testing import absltest

from keras_troubleshoot.improvement.errors.analyze_errors import analyze_errors

WORDS = ["", "[UNK]"] + [f"word{i}" for i in range(2, 200)] + ["alas"]


class TextTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        keras.utils.set_random_seed(0)
        rng = np.random.default_rng(0)
        self.x = rng.integers(2, 200, (1500, 12))
        self.x[:, 8:] = 0
        # A third of the texts hold a word of which the model makes much.
        self.alas = rng.random(1500) < 0.3
        self.x[self.alas, 3] = 200
        embedding = keras.layers.Embedding(201, 6)
        self.model = keras.Sequential(
            [
                keras.Input((12,), dtype="int32"),
                embedding,
                keras.layers.GlobalAveragePooling1D(),
                keras.layers.Dense(1, activation="sigmoid"),
            ]
        )
        table = rng.normal(0, 0.1, (201, 6))
        table[200] = 30.0
        embedding.set_weights([table])
        decided = self.model.predict(self.x, verbose=0)[:, 0] > 0.5
        wrong = rng.random(1500) < np.where(self.alas, 0.4, 0.05)
        self.y = np.where(wrong, ~decided, decided).astype(int)

    def test_words_describe_a_cluster(self):
        found = analyze_errors(
            self.model, self.x, self.y, vocabulary=WORDS, clusters=2
        )
        one = found.of("cluster")[0]
        self.assertEqual(one.lead.rows, self.alas.sum())
        self.assertIn("Words: alas.", one.detail)

    def test_examples_are_words(self):
        found = analyze_errors(self.model, self.x, self.y, vocabulary=WORDS)
        first = found.galleries[0].examples[0]
        row = int(first.caption.split()[1].rstrip(":"))
        expected = " ".join(WORDS[i] for i in self.x[row] if i)
        self.assertEqual(first.text, expected)

    def test_shuffled_stream_is_read_once(self):
        # Tags are of the rows in the order in which they came that once.
        stream = tf.data.Dataset.from_tensor_slices((self.x, self.y))
        stream = stream.shuffle(1500, seed=3).batch(100)
        found = analyze_errors(self.model, stream, vocabulary=WORDS)
        plain = analyze_errors(self.model, self.x, self.y, vocabulary=WORDS)
        self.assertEqual(found.errors, plain.errors)
        shown = [e for g in found.galleries for e in g.examples]
        texts = {" ".join(WORDS[i] for i in row if i) for row in self.x}
        self.assertTrue(all(e.text in texts for e in shown))


if __name__ == "__main__":
    absltest.main()
