"""`analyze_errors`: the table of error types, and which to work on first."""

import dataclasses
from typing import Any

import numpy as np

from keras_troubleshoot.improvement.errors import clusters as clusters_lib
from keras_troubleshoot.improvement.errors import columns
from keras_troubleshoot.improvement.errors import confusions
from keras_troubleshoot.improvement.errors import describing
from keras_troubleshoot.improvement.errors import features as features_lib
from keras_troubleshoot.improvement.errors import given
from keras_troubleshoot.improvement.errors import options
from keras_troubleshoot.improvement.errors import showing
from keras_troubleshoot.improvement.errors import sides as sides_lib
from keras_troubleshoot.improvement.errors import sizes
from keras_troubleshoot.improvement.errors import slices
from keras_troubleshoot.improvement.errors import tags as tags_lib
from keras_troubleshoot.improvement.errors import weighing
from keras_troubleshoot.improvement.errors.found import Found
from keras_troubleshoot.improvement.errors.gallery import Hanging
from keras_troubleshoot.improvement.errors.result import ErrorAnalysis
from keras_troubleshoot.improvement.errors.sides import Side

NAMES = ("validation", "test validation")


def analyze_errors(
    model: Any,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    tags: Any = None,
    test_validation: Any = None,
    metadata: Any = None,
    names: Any = None,
    vocabulary: Any = None,
    clusters: int | None = None,
    examples: int = 24,
    task: str | None = None,
    output: str | None = None,
    seed: int = 0,
) -> ErrorAnalysis:
    """Makes the table of error types, and says which to work on first.

    The lecture advises to look at the errors, to sort them into types, and to
    work on those that cost most where the model will be used (Full Stack Deep
    Learning, "Troubleshooting Deep Neural Networks", error analysis). Types
    come from four sources:

    * `tags`, where somebody has looked at the rows;
    * confusions of classes ("4 taken for 9"), with those that come up more
      often than errors independent of each other would (of a regression
      instead: sizes of the target);
    * slices of `metadata`, by one or two columns, that have significantly
      more errors than the rest, corrected for the number of slices;
    * clusters of the features that the last layer of the model is given,
      that have significantly more errors than the rest.

    The tests take the rows to be independent of each other: of frames of one
    film, pass a few. The model and the data stay as they are, bit for bit.

    Args:
        model: a Keras model; or an estimator of scikit-learn, of which the
            inputs themselves are put into clusters.
        x: rows that the model was not trained on, of the distribution of the
            training set: what `fit` takes. A stream is kept in memory.
        y: targets, where `x` does not bring them.
        sample_weight: weights of rows, where `x` does not bring them.
        tags: `{tag: mask or row numbers}`, or a string for each row, empty
            for none; of both data sets, a pair of these.
        test_validation: the same rows of the test distribution: `(x, y)`,
            `(x, y, sample_weight)` or a stream. Then shares and priorities
            are those of this set, and of its difference to the first.
        metadata: `{column: values}` or a table: categories, numbers (cut at
            their quintiles) or dates; of both data sets, a pair of these.
        names: of the classes or labels, in the order of their ids.
        vocabulary: words by token id, or the reverse, to show texts.
        clusters: how many; None chooses, 0 leaves them out.
        examples: that are shown in galleries, at most.
        task: "binary", "multiclass", "multilabel" or "regression"; None
            tells it from the model and the targets.
        output: name of one of several outputs.
        seed: of all that is drawn; the same one gives the same result.

    Returns:
        The types, the most pressing first, with their shares in both data
        sets, potential gain, solutions and priority (see `priority.of`).
        Interrupted with Ctrl-C while clusters are sought, it holds the rest.

    Raises:
        TypeError: if an argument is of another type.
        ValueError: if it is out of range, the data cannot be read, or tags
            and metadata do not fit the rows.

    Example:
        >>> class Guess:
        ...     classes_ = np.array([0, 1])
        ...     def predict(self, x):
        ...         return np.zeros(len(x), int)
        >>> x, y = np.zeros((100, 1)), np.repeat([0, 1], [96, 4])
        >>> found = analyze_errors(Guess(), x, y, tags={"night": [97, 98]})
        >>> [(t.name, t.gain, t.priority) for t in found.types]
        [('1 taken for 0', 0.04, 'high'), ('night', 0.02, 'high')]
    """
    options.require(clusters, examples, seed)
    class_names = given.ClassNames(names)
    words = given.words_of(vocabulary)
    data = [(x, y, sample_weight) if y is not None else (x,)]
    data += [] if test_validation is None else [test_validation]
    sides = tuple(
        sides_lib.read(model, part, name, task=task, output=output)
        for part, name in zip(data, NAMES, strict=False)
    )
    require_alike(sides, class_names)
    asked = Asked(model, sides, class_names, words, clusters, seed)
    table = columns.read(given.by_set(metadata, len(sides), "metadata"), sides)
    types, notes = asked.types(given.by_set(tags, len(sides), "tags"), table)
    shown = [showing.leaves(side.x, words) for side in sides]
    kind = showing.kind_of(shown[0])
    pairs = [(f, weighing.weigh(f, sides, kind)) for f in types]
    pairs = weighing.ranked([p for p in pairs if p[1].lead is not None])
    hanging = Hanging(sides, class_names, words, asked.features, shown)
    return ErrorAnalysis(
        types=tuple(one for _, one in pairs),
        measure=sides[-1].made.measure,
        errors={side.name: side.error for side in sides},
        rows={side.name: len(side) for side in sides},
        notes=tuple(filter(None, notes)),
        galleries=hanging.galleries([f for f, _ in pairs], examples),
        title=f"Errors of {getattr(model, 'name', type(model).__name__)}",
        stopped=asked.stopped,
    )


@dataclasses.dataclass(eq=False)
class Asked:
    """What the types are sought in, by each source.

    Attributes:
        model: as given.
        sides: the data sets.
        names: of the classes.
        vocabulary: words by token id.
        clusters: how many; None chooses, 0 leaves them out.
        seed: of all that is drawn.
        stopped: whether the user interrupted it.
    """

    model: Any
    sides: tuple[Side, ...]
    names: given.ClassNames
    vocabulary: dict[int, str]
    clusters: int | None
    seed: int
    stopped: bool = False

    def __post_init__(self):
        self.features = [None] * len(self.sides)

    def types(self, tags: tuple, table: list) -> tuple[list[Found], list[str]]:
        """The types of all sources, and sentences on what was left out."""
        rows, note = tags_lib.find(tags, self.sides)
        notes = [note]
        if not any(side.error for side in self.sides):
            return rows, notes
        if self.sides[0].made.task == "regression":
            found = sizes.find(self.sides)
        else:
            found, note = confusions.find(self.sides, self.names)
            notes.append(note)
        some, note = slices.find(table, self.sides)
        rows, notes = rows + some, [*notes, note]
        try:
            some, note = self.clustered(table)
        except KeyboardInterrupt:
            self.stopped = True
            some, note = [], "Clusters were not looked for."
        # A cluster may be a slice or a tag that is named already.
        return found + slices.distinct(rows + some), [*notes, note]

    def clustered(self, table: list) -> tuple[list[Found], str]:
        """The types that are clusters."""
        if self.clusters == 0:
            return [], ""
        self.features = [
            features_lib.find(self.model, side, self.seed)
            for side in self.sides
        ]
        if any(one is None for one in self.features):
            return [], (
                "Clusters were not looked for: the inputs are not finite "
                "numbers."
            )
        tokens = tuple(
            tokens_of(side.x, self.vocabulary) for side in self.sides
        )
        traits = describing.Traits(
            self.sides, self.names, table, tokens, self.vocabulary
        )
        return clusters_lib.find(
            self.features, self.sides, self.clusters, traits, self.seed
        )


def tokens_of(x: Any, vocabulary: dict[int, str]):
    """The rows and ids of all tokens, each once for each row."""
    texts = [one for one in showing.leaves(x, vocabulary) if one.kind == "text"]
    if not vocabulary or not texts or texts[0].values.dtype.kind not in "iu":
        return None
    values = np.asarray(texts[0].values)
    rows = np.repeat(np.arange(len(values)), values.shape[1])
    pairs = np.unique(np.column_stack([rows, values.ravel()]), axis=0)
    pairs = pairs[pairs[:, 1] != 0]
    return pairs[:, 0], pairs[:, 1]


def require_alike(sides: tuple[Side, ...], names: given.ClassNames) -> None:
    """Raises ValueError where the data sets or the names do not go together."""
    tasks = [side.made.task for side in sides]
    if len(set(tasks)) > 1:
        raise ValueError(
            "`test_validation` must be of the same task as the validation "
            f"set, received: {tasks[1]} and {tasks[0]}. To mend it, pass "
            "`task=` if one of them was told wrongly."
        )
    made = sides[0].made
    if made.task in ("multiclass", "multilabel"):
        names.require(range(made.outputs.shape[-1]))
    elif made.task == "binary":
        names.require((0, 1))
