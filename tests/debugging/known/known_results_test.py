"""The published results: the rows, their order, and how they are found."""

from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.debugging.known import table
from keras_troubleshoot.debugging.known.known_result import TRUST
from keras_troubleshoot.debugging.known.known_results import known_results


class TableTest(absltest.TestCase):
    def test_every_row_is_complete(self):
        for row in known_results():
            with self.subTest(str(row)):
                self.assertLessEqual(row.low, row.high)
                self.assertIn(row.trust, TRUST)
                self.assertRegex(row.url, r"^https?://\S+$")
                self.assertIn(row.dataset, table.SIZES)
                if row.metric == "accuracy":
                    self.assertBetween(row.low, 0.5, 1.0)

    def test_every_source_is_cited(self):
        cited = {row.url for row in known_results()}
        self.assertEqual(cited, {url for _, url in table.SOURCES.values()})

    # Error rates in percent, as they stand in the abstract or the table.
    def test_published_errors(self):
        for dataset, model, error in (
            ("MNIST", "LeNet-5", 0.95),
            ("MNIST", "linear classifier", 12.0),
            ("CIFAR-10", "ResNet-20", 8.75),
            ("CIFAR-10", "ResNet-56", 6.97),
            ("CIFAR-10", "ResNet-1001 v2", 4.92),
            ("adult", "naive Bayes", 16.12),
        ):
            rows = known_results(dataset, model)
            found = [round(100 * (1 - row.low), 2) for row in rows]
            self.assertIn(error, found, dataset + model)


class FindTest(parameterized.TestCase):
    def test_the_most_trusted_come_first(self):
        ranks = [TRUST.index(row.trust) for row in known_results("rt_polarity")]
        self.assertEqual(ranks, sorted(ranks))
        self.assertEqual(known_results("mnist")[-1].trust, "simple baseline")

    @parameterized.parameters("MNIST", "mnist", " m-nist ")
    def test_writing_does_not_matter(self, name):
        self.assertEqual({r.dataset for r in known_results(name)}, {"MNIST"})

    def test_the_very_name_comes_before_names_that_hold_it(self):
        exact = known_results("CIFAR-10", "resnet110")
        self.assertEqual({r.architecture for r in exact}, {"ResNet-110"})
        self.assertLen(known_results("CIFAR-10", "ResNet"), 7)

    @parameterized.named_parameters(
        ("unknown", "minst", None, ValueError, "Did you mean 'MNIST'"),
        ("number", 3, None, TypeError, "`dataset` must be a string"),
        ("architecture", "MNIST", "bert", ValueError, "one of 'LeNet-5'"),
        ("empty", "MNIST", "", ValueError, "`architecture` must be"),
    )
    def test_bad_input(self, dataset, architecture, error, sentence):
        with self.assertRaisesRegex(error, sentence):
            known_results(dataset, architecture)


if __name__ == "__main__":
    absltest.main()
