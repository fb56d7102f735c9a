import io
import itertools

from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts import sample
from keras_troubleshoot.facts import twins


def numbers(n, *more, step=1, **named):
    yield from range(0, n, step)
    yield from more
    yield from named.values()


def nested():
    return enumerate(zip(iter("abc"), (n * n for n in range(3)), strict=True))


def several(first, second):
    for iterator in (*first, *second.values()):
        yield from iterator


class TwinTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("list", lambda: iter([1, 2, 3])),
        ("range", lambda: iter(range(3))),
        ("reversed", lambda: reversed([1, 2])),
        ("map", lambda: map(str, iter([1, 2]))),
        ("filter", lambda: filter(None, iter([0, 1, 2]))),
        ("chain", lambda: itertools.chain([1], iter([2]))),
        ("islice", lambda: itertools.islice(itertools.count(3), 4)),
        ("generator", lambda: numbers(4, 7, 8, step=2, last=9)),
        ("expression", lambda: (i for i in iter([1, 2]))),
        ("several", lambda: several([numbers(3), iter("ab")], {1: numbers(2)})),
        ("nested", nested),
    )
    def test_same_elements_twice(self, make):
        iterator = make()
        looked = list(twins.twin(iterator))
        self.assertEqual(looked, list(make()))
        self.assertEqual(looked, list(iterator))

    def test_started_iterator_goes_on(self):
        iterator = iter([1, 2, 3])
        next(iterator)
        self.assertEqual(list(twins.twin(iterator)), [2, 3])
        self.assertEqual(list(iterator), [2, 3])

    def test_started_generator(self):
        generator = numbers(3)
        next(generator)
        with self.assertRaisesRegex(sample.UnreadableData, "been started"):
            twins.twin(zip(generator, strict=True))
        lent = twins.lend(generator)
        self.assertIs(iter(lent), lent)
        with self.assertRaisesRegex(sample.UnreadableData, "read twice"):
            next(lent)
        self.assertEqual(list(generator), [1, 2])

    def test_files_are_no_iterators_here(self):
        self.assertFalse(twins.is_iterator(io.StringIO()))
        self.assertFalse(twins.is_iterator([1]))


if __name__ == "__main__":
    absltest.main()
