"""Texts of word ids that show topics."""

from typing import Any

import numpy as np

from keras_troubleshoot.start_simple.data.checks import require_whole
from keras_troubleshoot.start_simple.data.synthetic import making
from keras_troubleshoot.start_simple.data.synthetic.common import settings
from keras_troubleshoot.start_simple.data.synthetic.problem import Needed
from keras_troubleshoot.start_simple.data.synthetic.toy import Toy

# Words of a topic, at most: each comes up often enough to be learned.
WORDS = 5
# Share of the words of a text that belong to its topic.
SHARE = 0.3
# Share of a text that all amounts together take at most.
FILLED = 0.8
# Amounts that a text shows, at most.
CAPACITY = 4


class Text:
    """Texts of words of topics, and of words that belong to none.

    Args:
        steps: words of a text.
        words: their ids, from and below.
        needed: what they are to show.
        rng: decides which words belong to which topic.

    Raises:
        ValueError: there are too few words.
    """

    def __init__(
        self, steps: int, words: range, needed: Needed, rng: np.random.Generator
    ):
        self.steps = steps
        room = max(1, int(FILLED * steps))
        most = min(CAPACITY, room) if needed.amounts else needed.patterns
        self.capacity = topics = min(needed.patterns, most)
        self.levels = room // topics + 1
        if len(words) <= topics:
            raise ValueError(
                f"`vocabulary` must have a word for each of {topics} topics, "
                f"another one, and 0 for padding, received: {len(words) + 1}. "
                "To mend it, ask for a larger one, or for fewer classes."
            )
        # Each topic has as many words again that only a shift brings up.
        count = min(WORDS, max(1, len(words) // (3 * topics)))
        fresh = count if 2 * count * topics < len(words) else 0
        order = rng.permutation(np.asarray(words))
        taken = topics * (count + fresh)
        by_topic = order[:taken].reshape(topics, count + fresh)
        self.topics, self.fresh = by_topic[:, :count], by_topic[:, count:]
        self.others = order[taken:]
        self.described = f"texts of {steps:,} words from {len(words) + 1:,}"

    def show_classes(
        self, ids: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Texts with 30% words of the topic of a class; -1: of none."""
        count = max(1, round(SHARE * self.steps))
        counts = np.where(ids >= 0, count, 0)
        return self.show(ids[:, None], counts[:, None], rng)

    def show_amounts(
        self, amounts: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Texts where amounts are the shares of topics."""
        counts = np.floor(amounts * self.levels).astype(int)
        topics = np.tile(np.arange(amounts.shape[1]), (len(amounts), 1))
        return self.show(topics, counts, rng)

    def show(
        self,
        topics: np.ndarray,
        counts: np.ndarray,
        rng: np.random.Generator,
    ) -> np.ndarray:
        """Texts with so many words of these topics, at random places."""
        shape = len(topics), self.steps
        texts = rng.choice(self.others, shape)
        order = rng.permuted(
            np.tile(np.arange(self.steps), shape[:1] + (1,)), axis=1
        )
        ends = counts.cumsum(axis=1)
        for topic, end, count in zip(topics.T, ends.T, counts.T, strict=True):
            ours = (order < end[:, None]) & (order >= (end - count)[:, None])
            word = rng.integers(0, self.topics.shape[1], shape)
            texts = np.where(ours, self.topics[topic[:, None], word], texts)
        return texts.astype("int32")

    def move(
        self,
        x: np.ndarray,
        training: np.ndarray,
        shift: float,
        rng: np.random.Generator,
    ) -> np.ndarray:
        """Texts where topics have words that training does not have.

        Raises:
            ValueError: it is more than all words, or there are none left.
        """
        del training
        if shift > 1 or not self.fresh.size:
            raise ValueError(
                "`shift` must be a share of the words of a topic, at most 1, "
                "and the vocabulary must have other words for them, received: "
                f"shift={shift} with {len(self.others)} words that belong to "
                "no topic. To mend it, lower it, or ask for more words."
            )
        other = np.arange(1 + max(x.max(), self.fresh.max()))
        other[self.topics] = self.fresh
        replaced = rng.uniform(size=x.shape) < shift
        return np.where(replaced, other[x], x).astype(x.dtype)


def tokens(
    rows: int = 1000, steps: int = 50, vocabulary: int = 1000, **common: Any
) -> Toy:
    """Texts of word ids, each with words of the topic that is its class.

    A text of a class has 30% words of its topic and none of another one, so
    that its class is certain. In a regression the target is the share of the
    words of a topic. The id 0 is left for padding.

    Args:
        rows: of the training part.
        steps: words of a text.
        vocabulary: ids from 0 to one less.
        **common: `classes`, `task`, `noise`, `imbalance`, `shift`,
            `test_rows` and `seed`; see `Common`.

    Returns:
        The problem, with inputs of type int32.

    Raises:
        ValueError: an argument is out of range.
        TypeError: an argument is of another type.

    Example:
        >>> toy = tokens(100, steps=20, vocabulary=50, classes=2)
        >>> toy.x.shape, toy.chance, toy.reachable
        ((100, 20), 0.5, 1.0)
    """
    require_whole("steps", steps, 1)
    require_whole("vocabulary", vocabulary, 3)
    words = range(1, vocabulary)
    return making.single(
        lambda needed, rng: Text(steps, words, needed, rng),
        settings(rows, common),
    )
