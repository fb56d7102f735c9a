"""Diagnoses of rows: copies, validation splits, the order of feeding."""

from keras_troubleshoot.facts.targets import Target
from keras_troubleshoot.rules.references import COMPILE
from keras_troubleshoot.rules.references import SHUFFLING
from keras_troubleshoot.rules.registry import advice
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.symptoms import STUCK
from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.rules.words import listed
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent


@rule(
    "duplicate-examples",
    "the same input many times, or with different labels",
    family="data",
    explains="overfitting labels-noisy",
)
def duplicate_examples(facts, many=0.2, contrary=0.03):
    """Rows come up again and again, or with different labels.

    Copies make the data look larger than they are, and leak into any
    random split; contrary labels cannot both be learned.

    Counts only rows rich enough not to be alike by chance. Fires where more
    than 20% are copies (not of rare classes alone, which over-sampling
    makes, nor of streams, which may repeat on purpose), or more than 3% have
    copies with another label. Heuristic.
    """
    seen = facts.duplicates
    if seen.rows < 50 or not seen.repeated:
        return
    copies, contrary_rows = seen.repeated / seen.rows, seen.conflicting
    sampled_up = seen.rare_share > 0.8
    evidence = {
        "rows": seen.rows,
        "repeated": seen.repeated,
        "conflicting": contrary_rows,
        "share_of_rare_classes": seen.rare_share,
    }
    mend = (
        "`_, first = np.unique(x.reshape(len(x), -1), axis=0, "
        "return_index=True)`, keep these rows, and split after that."
    )
    if contrary_rows / seen.rows > contrary and not regression(facts):
        yield warning(
            "data",
            f"{contrary_rows} of {counted(seen.rows, 'row')} have copies with "
            "another label.",
            "Find out which label is right; look at the join that made them. "
            + mend,
            **evidence,
        )
    elif copies > many and not sampled_up and not facts.data.streamed:
        yield warning(
            "data",
            f"{seen.repeated} of {counted(seen.rows, 'row')} are copies of "
            f"an earlier one ({percent(copies)}).",
            mend,
            **evidence,
        )


def regression(facts) -> bool:
    """Whether the one target is a real number."""
    heads = facts.get("heads") or ()
    return any(head.kind in (Target.REAL, Target.SHARES) for head in heads)


@rule(
    "train-validation-leakage",
    "the same examples on both sides",
    family="data",
    explains="duplicate-examples overfitting validation-overfit",
)
def train_validation_leakage(facts, share=0.02):
    """Validation rows are training rows too.

    The validation score then measures memory; early stopping never stops,
    and the test comes as a surprise. Copies made before the split
    (over-sampling, augmentation on disk) do it as well.

    Fires above 2% of validation rows, of inputs rich enough not to be alike
    by chance.
    """
    seen = facts.leakage
    if seen.known < 3 or seen.known / seen.rows < share:
        return
    yield error(
        "validation_data",
        f"{seen.known} of {counted(seen.rows, 'validation row')} "
        f"({percent(seen.known / seen.rows)}) are training rows as well.",
        "Split first, then copy, balance or augment the training part only; "
        "drop copies before you split.",
        validation_rows=seen.rows,
        known=seen.known,
        copies_within_training=seen.within,
    )


@rule(
    "train-validation-shift",
    "validation data of another kind than training data",
    reference=COMPILE,
    family="data",
    explains="overfitting distribution-shift high-variance",
)
def train_validation_shift(facts, distance=0.3, numbers=0.5, scale=4.0):
    """Validation data differ from training data.

    A file sorted by class, cut by `validation_split` (which takes the last
    rows before it shuffles), puts other classes into validation. Inputs
    that are scaled on one side only do it too.

    Fires where validation holds classes that training lacks, where shares
    of classes differ by more than 0.3 (total variation), numbers by more
    than 0.5 (Kolmogorov-Smirnov; series over time excepted), or the spread
    of inputs by a factor of 4. Heuristic, and never beyond what the number
    of rows can show.
    """
    seen = facts.shift
    if seen.rows < 20:
        return
    yield from shifted_inputs(seen, scale)
    if seen.distance is None:
        return
    if seen.classes:
        yield from shifted_classes(seen, distance)
    elif seen.distance > numbers:
        say = advice if seen.drifts else warning
        yield say(
            "validation_data",
            "The targets of validation are distributed otherwise than those "
            f"of training (Kolmogorov-Smirnov distance "
            f"{number(seen.distance)}).",
            SHUFFLE_FIRST,
            distance=seen.distance,
            rows=seen.rows,
        )


SHUFFLE_FIRST = (
    "Shuffle before you split: `order = np.random.default_rng(0)."
    "permutation(len(x)); x, y = x[order], y[order]`, or split by class "
    "with sklearn's `train_test_split(..., stratify=y)`."
)


def shifted_inputs(seen, scale):
    """Inputs that are scaled on one side only."""
    for name, ratio in seen.scales.items():
        far = not 1 / scale < max(ratio, 1e-9) < scale
        if far or (seen.moved[name] > 3 and not seen.drifts):
            yield error(
                name,
                f"Validation inputs have {number(ratio)} times the spread of "
                f"training inputs, their mean is {number(seen.moved[name])} "
                "training deviations away.",
                "Send both through the same preprocessing, with the mean and "
                "deviation of the training data.",
                ratio=ratio,
                moved=seen.moved[name],
                limit=scale,
            )


def shifted_classes(seen, distance):
    """Classes that training lacks, or that are there in other shares."""
    evidence = {
        "distance": seen.distance,
        "unseen": list(seen.unseen[:20]),
        "unseen_share": seen.unseen_share,
        "rows": seen.rows,
        "classes": seen.count,
    }
    # What shares of so few rows differ by anyway.
    chance = 0.8 * (max(seen.count, 4) / seen.rows) ** 0.5
    if seen.unseen_share > 0.05:
        yield error(
            "validation_data",
            f"{percent(seen.unseen_share)} of the validation rows are of "
            f"classes that training lacks "
            f"({listed(number(c) for c in seen.unseen[:8])}).",
            SHUFFLE_FIRST,
            **evidence,
        )
    elif seen.distance > distance + chance:
        yield warning(
            "validation_data",
            "The shares of the classes in validation differ from those in "
            f"training by {percent(seen.distance)} (total variation).",
            SHUFFLE_FIRST,
            **evidence,
        )


@rule(
    "unshuffled-data",
    "sorted or periodic labels fed without shuffling",
    reference=SHUFFLING,
    family="data",
    explains=STUCK + " loss-oscillating train-validation-shift "
    "batch-normalization-statistics labels-single-class",
)
def unshuffled_data(facts, ratio=0.7, nothing=0.3):
    """Batches hold fewer classes than the data: rows are fed in order.

    Each step then pulls towards the class of the moment and forgets the
    others. `fit` shuffles arrays (unless told not to), but not tf.data
    streams, generators or a PyDataset.

    Fires where the disorder of labels within batches (Gini impurity) is
    less than 0.7 of that of shuffled rows (0.3: an error), and beyond what
    chance explains (six deviations). For numbers it is advice: series are
    fed in order.
    """
    fit = facts.get("fit")
    if not facts.data.streamed and (fit is None or fit.shuffle):
        return
    seen = facts.order
    if seen is None:
        yield from one_class_so_far(facts)
        return
    sorted_ = seen.ratio < ratio * seen.expected and (
        seen.expected - seen.ratio > 6 * seen.deviation
    )
    if not sorted_:
        return
    say = advice
    if seen.classes:
        say = error if seen.ratio < nothing * seen.expected else warning
    shuffle = (
        "`dataset.shuffle(n)` before `batch`, with n no less than the number "
        "of rows (a small buffer hardly mixes a sorted file)"
        if facts.data.streamed
        else "leave `shuffle=True`"
    )
    yield say(
        "data",
        f"Rows are fed in order: within a batch of {seen.rows}, labels have "
        f"only {percent(seen.ratio)} of the variety of "
        f"{seen.batches} batches together (shuffled: "
        f"{percent(seen.expected)}).",
        f"Shuffle: {shuffle}; in a PyDataset or generator draw the rows from "
        "a new permutation each epoch.",
        rows=seen.rows,
        within=seen.within,
        overall=seen.overall,
        expected_ratio=seen.expected,
        deviation=seen.deviation,
        batches=seen.batches,
    )


def one_class_so_far(facts, least=200):
    """A stream that began with hundreds of rows of one class."""
    data = facts.data
    if not data.streamed or len(data.targets) != 1 or data.sampled < least:
        return
    if data.rows == data.sampled:
        return
    heads = [h for h in facts.heads if h.loss and h.loss.cross_entropy]
    target = data.targets[0]
    if (
        not heads
        or target.features > 1
        and (heads[0].kind is not Target.ONE_HOT)
    ):
        return
    labels = target.labels()
    if (labels == labels[0]).all():
        yield warning(
            "data",
            f"The first {data.sampled} rows of the stream are all of class "
            f"{number(labels[0])}: they seem to be sorted.",
            "Shuffle the rows before you batch them.",
            rows=data.sampled,
            value=float(labels[0]),
        )
