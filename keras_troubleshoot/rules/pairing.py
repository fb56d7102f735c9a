"""Diagnoses of inputs beside their labels: pairing, noise, changes."""

from keras_troubleshoot.rules.references import NOISE
from keras_troubleshoot.rules.registry import advice
from keras_troubleshoot.rules.registry import error
from keras_troubleshoot.rules.registry import rule
from keras_troubleshoot.rules.registry import warning
from keras_troubleshoot.rules.symptoms import STUCK
from keras_troubleshoot.rules.words import listed
from keras_troubleshoot.rules.words import number
from keras_troubleshoot.rules.words import percent


@rule(
    "labels-misaligned",
    "targets carry no information about the inputs",
    family="data",
    explains=STUCK + " overfitting labels-noisy",
)
def labels_misaligned(facts, least_rows=300):
    """Targets do not belong to the inputs beside them.

    Shuffled apart, joined by position instead of by key, or shifted by a
    row. The network then learns by heart at best.

    Asked of the nearest neighbours and of a linear model: rows that are
    alike should have like targets. Where both foretell nothing, but do as
    soon as the targets are moved by a row or two, that is proof. Else it
    counts only after a training that learned nothing either, of inputs
    that neighbours can judge (pictures and tables, not ids).
    """
    signal = facts.signal
    if signal.found or signal.rows < least_rows:
        return
    evidence = {
        "rows": signal.rows,
        "score": signal.score,
        "chance": signal.chance,
        "deviation": signal.deviation,
        "moved_by": signal.shift,
        "score_moved": signal.shifted,
        "linear": signal.linear,
        "linear_chance": signal.linear_chance,
    }
    measure = "accuracy" if signal.classes else "rank correlation"
    where = facts.data.targets[0].name
    proof = signal.chance + 10 * signal.deviation + 0.1
    if signal.shifted > proof and not facts.data.streamed:
        yield error(
            where,
            f"Targets do not follow from the inputs beside them ({measure} "
            f"of the nearest neighbours {number(signal.score)}, by chance "
            f"{number(signal.chance)}), but they do when moved by "
            f"{abs(signal.shift)} ({number(signal.shifted)}).",
            f"`{realigned(signal.shift)}`; look for a header line or a dropped "
            "first row.",
            **evidence,
        )
        return
    if facts.get("lookups") or not judged_by_neighbours(facts):
        return
    learned = facts.get("learned")
    nothing = learned is not None and not learned.anything
    if learned is not None:
        evidence["learned"] = learned.words
    say = warning if nothing else advice
    end = (
        f" and training learned nothing either ({learned.words})."
        if nothing
        else "; harder patterns may still be there."
    )
    yield say(
        where,
        f"Nothing about the targets can be told from the inputs: the nearest "
        f"neighbours reach a {measure} of {number(signal.score)}, shuffled "
        f"targets {number(signal.chance)}" + end,
        "Look at ten rows with their labels. Shuffle inputs and targets "
        "together (zip first, then shuffle), and join tables by key.",
        **evidence,
    )


def realigned(shift: int) -> str:
    """Code that pairs each input with the target so many rows before it.

    Example:
        >>> realigned(2), realigned(-1)
        ('x, y = x[2:], y[:-2]', 'x, y = x[:-1], y[1:]')
    """
    rows = abs(shift)
    if shift > 0:
        return f"x, y = x[{rows}:], y[:-{rows}]"
    return f"x, y = x[:-{rows}], y[{rows}:]"


def judged_by_neighbours(facts) -> bool:
    """Whether one numeric input of rows that can be compared is there."""
    inputs = facts.data.inputs
    return len(inputs) == 1 and (
        inputs[0].spatial or inputs[0].values.ndim == 2
    )


@rule(
    "labels-noisy",
    "labels that disagree with every neighbour",
    reference=NOISE,
    family="data",
    explains="overfitting high-variance underfitting loss-plateaued",
)
def labels_noisy(facts, noise=0.1, skill=0.35, everywhere=0.6, apart=0.9):
    """A good part of the labels is wrong.

    Classes that overlap are confused where they meet. Wrong labels are
    everywhere: even where all neighbours agree, the label says otherwise.

    Fires where, in the half of rows whose ten nearest neighbours agree
    most, at least 10% of the labels differ from them, no less than 0.6
    times the share overall, neighbours do tell the classes apart (at least
    0.35 of the way from chance to all), and their votes confirm each other
    (90%), as those of classes that overlap do not. Heuristic; the idea is that
    of C. Northcutt et al., Confident Learning, JAIR 2021.
    """
    signal = facts.signal
    if signal.classes < 2 or not signal.found or signal.rows < 300:
        return
    reached = (signal.score - signal.chance) / (1 - signal.chance)
    spread = signal.pure_error / max(signal.error, 1e-9)
    if signal.pure_error < noise or reached < skill or spread < everywhere:
        return
    if signal.consistency < apart:
        return
    yield warning(
        facts.data.targets[0].name,
        f"About {percent(signal.pure_error)} of the labels seem to be wrong: "
        "that many differ from what all their nearest neighbours say, "
        f"nearly everywhere ({percent(signal.error)} overall).",
        "Look at the rows that disagree most and correct them; cleanlab "
        "finds them. Label smoothing and early stopping lessen the harm.",
        pure_error=signal.pure_error,
        error=signal.error,
        score=signal.score,
        chance=signal.chance,
        consistency=signal.consistency,
        rows=signal.rows,
    )


@rule(
    "excessive-augmentation",
    "augmentation destroys what the label depends on",
    family="data",
    explains="underfitting loss-plateaued",
)
def excessive_augmentation(facts, kept=0.4, clear=0.2):
    """Augmentation changes inputs so much that the label cannot be told.

    A digit turned by any angle, or noise louder than the picture. Measured:
    how often the nearest clean rows foretell the label of a clean row, and
    of an augmented one. Fires where less than 0.4 of the way from chance
    is left, and there was a clear way (0.2) to begin with. Heuristic.

    Pictures that a stream hands out augmented are looked up among those of
    validation, which nobody augments.
    """
    seen = facts.augmentation
    if seen is None:
        return
    clean = seen.clean - seen.chance
    left = seen.augmented - seen.chance
    if clean < clear or left > kept * clean or seen.rows < 100:
        return
    place = f"layer {seen.layers[0]!r}" if seen.layers else "data"
    after = listed(seen.layers) or "the augmentation of the training stream"
    yield warning(
        place,
        f"After {after} the label can be told for "
        f"{percent(seen.augmented)} of {seen.rows} rows by their nearest "
        f"neighbours, without it for {percent(seen.clean)} (always naming "
        f"the most frequent class: {percent(seen.chance)}).",
        "Make it milder: small angles and shifts, and no flips or turns that "
        "turn one class into another. Look at twenty augmented examples: can "
        "you tell their labels?",
        clean=seen.clean,
        augmented=seen.augmented,
        chance=seen.chance,
        rows=seen.rows,
        layers=list(seen.layers),
    )
