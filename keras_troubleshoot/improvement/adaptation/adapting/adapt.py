"""`adapt`: several ways of adaptation, one chosen without target labels."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from keras_troubleshoot.facts import randomness
from keras_troubleshoot.improvement.adaptation.adapting import augmenting
from keras_troubleshoot.improvement.adaptation.adapting import candidates as of
from keras_troubleshoot.improvement.adaptation.adapting import holding_out
from keras_troubleshoot.improvement.adaptation.adapting import training
from keras_troubleshoot.improvement.adaptation.adapting.result import Adaptation
from keras_troubleshoot.improvement.adaptation.adapting.result import Trained
from keras_troubleshoot.improvement.adaptation.choosing import ranking
from keras_troubleshoot.improvement.adaptation.choosing import (
    validators as judges,
)
from keras_troubleshoot.improvement.adaptation.models import pairing
from keras_troubleshoot.report import progress


def adapt(
    source: tuple[Any, Any],
    target: Any,
    *,
    build: Callable[[], Any],
    candidates: Iterable[str] | Mapping[str, Callable] | None = None,
    steps: int = 2000,
    batch_size: int = 64,
    augment: str | Callable[[], Any] | None = "auto",
    features: str | None = None,
    validators: Iterable[str] | None = None,
    validation: tuple[Any, Any] | None = None,
    seed: int = 0,
    verbose: bool = True,
) -> Adaptation:
    """Trains candidates for a target without labels, and chooses one.

    The candidates are trained from the same weights, and ranked by validators
    that see held-out rows of the source and inputs of the target: see
    `assess` and `rank`. "coral" and "mmd" see the classes of the source
    equally often (`paired(..., balanced=True)`), all else the same batches.
    "source only" is always among them: where nothing is gained, it is chosen.
    Everything random is left as it was.

    Args:
        source: `(x, y)`: arrays as `fit` takes them.
        target: inputs alone, of the shapes of the source's.
        build: returns a fresh compiled Keras model at each call: Functional
            or Sequential, which is parted before its last layer with weights
            (see `features`); or an `AdaptationModel`, whose encoder and head
            are taken.
        candidates: names of "coral", "mmd", "adversarial", "confusion",
            "augmented" and "recolored" (which align nothing), or functions by
            name that return an aligner. By default all of them, "augmented"
            where inputs are, "recolored" of images of three channels: there
            black and white of each channel are drawn anew in each step, so
            that shapes alone are learned.
        steps: batches of each candidate.
        batch_size: rows of each domain in a batch.
        augment: a function that returns a layer, which all inputs go through
            while training: of all candidates but "source only" and
            "recolored". "auto" moves, turns, scales and shears images a
            little, and leaves all else as it is; None leaves images too.
        features: name of the layer of the built model whose output is
            aligned. By default what the last layer with weights is given.
        validators: names of those that judge, see `assess`.
        validation: `(x, y)` of the source to judge by; None holds a fifth of
            the rows back, stratified by class.
        seed: of weights, batches and held-out rows.
        verbose: whether to say on standard error how far it has come.

    Returns:
        The candidates, their ranking, and the chosen model. Ctrl-C ends the
        work early: what is trained by then is ranked.

    Raises:
        TypeError: `build` is no function, or returns something else than a
            compiled model.
        ValueError: the domains do not go together (see `paired`), or an
            argument will not do.
        KeyboardInterrupt: interrupted before one candidate was trained.

    Example:
        >>> import keras
        >>> import numpy as np
        >>> def build():
        ...     model = keras.Sequential([keras.Input((2,)),
        ...         keras.layers.Dense(16, "relu"),
        ...         keras.layers.Dense(2, "softmax")])
        ...     model.compile("adam", "sparse_categorical_crossentropy")
        ...     return model
        >>> rng = np.random.default_rng(0)
        >>> y = np.arange(400) % 2
        >>> x = rng.normal(size=(400, 2)) + 3 * y[:, None]
        >>> found = adapt((x, y), x + 1, build=build, candidates=["coral"],
        ...               steps=50, verbose=False)
        >>> list(found.candidates)
        ['source only', 'coral']
    """
    require_function(build)
    pairing.read(source, target, batch_size)  # Raises before any work.
    colored = augment == "auto" and augmenting.colored(target)
    augment = augmenting.read(augment, target)
    ways = of.read(candidates, augment is not None, colored)
    recolor = augmenting.recolors(target)
    require_images(ways, recolor)
    seed = int(seed)
    if validation is None:
        source, validation = holding_out.split(*source[:2], seed)
    plan = training.Plan(
        build=build,
        source=tuple(source),
        target=target,
        steps=steps,
        batch_size=batch_size,
        features=features,
        augment=augment,
        seed=seed,
        recolor=recolor,
    )
    runs = Runs(plan, validation, validators)
    with randomness.preserved():
        runs.train(ways, progress.Progress("Domain adaptation", verbose))
    return runs.result()


def require_function(build: Any) -> None:
    """Raises where models cannot be built.

    Raises:
        TypeError: it is no function.
    """
    if not callable(build) or hasattr(build, "get_weights"):
        raise TypeError(
            "`build` must be a function that returns a fresh compiled model, "
            f"received: {type(build).__name__}. To mend it, pass `build_model`"
            ", not `build_model()`."
        )


def require_images(ways: Mapping[str, of.Way], recolor: Any) -> None:
    """Raises where there is nothing to be drawn in other colours.

    Raises:
        ValueError: it is wanted of other inputs than images.
    """
    if recolor is None and any(way.recolored for way in ways.values()):
        raise ValueError(
            '`candidates` may hold "recolored" where inputs are images of '
            "more than one colour, of shape (rows, height, width, channels), "
            "received: others. To mend it, leave it out."
        )


class Runs:
    """The candidates, trained one after the other."""

    def __init__(self, plan: training.Plan, validation: Any, names: Any):
        self.plan, self.validation = plan, validation
        self.names = None if names is None else judges.required(names)
        self.trained: dict[str, Trained] = {}
        self.missing: dict[str, str] = {}

    def train(self, ways: Mapping[str, of.Way], tell: Callable) -> None:
        """Trains all, until the user interrupts."""
        ways = {of.SOURCE_ONLY: of.NOTHING, **ways}
        for place, (name, way) in enumerate(ways.items(), 1):
            tell(f"{name}, candidate {place} of {len(ways)}")
            try:
                self.trained[name] = self.one(way)
            except KeyboardInterrupt:
                if not self.trained:
                    raise
                left = list(ways)[place - 1 :]
                self.missing |= dict.fromkeys(left, "not trained: broken off")
                return

    def one(self, way: of.Way) -> Trained:
        """Trains and judges one candidate."""
        model, logs = training.train(self.plan, way)
        told = judges.assess(
            model, self.validation, self.plan.target, self.names
        )
        return Trained(model, told, logs)

    def result(self) -> Adaptation:
        """The ranking of what was trained."""
        judged = {name: one.assessment for name, one in self.trained.items()}
        ranked = ranking.rank(judged, reference=of.SOURCE_ONLY)
        return Adaptation(self.trained, ranked, self.missing)
