"""`supervise`: every `fit` inside is checked before and watched meanwhile."""

import contextlib
import functools
import re
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

from keras_troubleshoot.debugging import repair
from keras_troubleshoot.debugging.check import chosen
from keras_troubleshoot.debugging.pages import training_page
from keras_troubleshoot.debugging.watched_fit import WatchedFit
from keras_troubleshoot.facts import subjects
from keras_troubleshoot.facts.facts import Unavailable
from keras_troubleshoot.facts.history import History
from keras_troubleshoot.remedies import cloning
from keras_troubleshoot.remedies import unwatched
from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.finding import Severity
from keras_troubleshoot.report.finding import Skipped
from keras_troubleshoot.report.page import Page
from keras_troubleshoot.report.report import Report


class Session:
    """What happens under supervision.

    Attributes:
        fits: each `fit` that was called, in order.
    """

    def __init__(
        self, disable=(), quiet: bool = False, confirm: float | None = None
    ):
        self.rules = chosen(disable)
        self.confirm = confirm
        self.repair: repair.Repair | None = None
        self.quiet = quiet
        self.fits: list[WatchedFit] = []
        self._first: dict[tuple, WatchedFit] = {}
        self._told: set[tuple] = set()

    @property
    def report(self) -> Report:
        """The report on all that was seen so far; a new one each time."""
        findings: dict[tuple, Finding] = {}
        examined: list[str] = []
        skipped: dict[str, Skipped] = {}
        for fit in self.fits:
            for finding in self.new(fit):
                key = (finding.rule, finding.where, finding.severity)
                findings.setdefault(key, finding)
            examined += fit.examined
            skipped |= {s.rule: s for s in fit.skipped}
        kept = [s for s in skipped.values() if s.rule not in examined]
        names = list(dict.fromkeys(fit.model_name for fit in self.fits))
        return Report(
            findings.values(),
            examined,
            kept,
            title="Training of " + ", ".join(map(repr, names))
            if names
            else "No training was seen",
            context=subjects.context() | {"calls of fit": len(self.fits)},
            repair=self.repair,
            pages=self.pages(),
        )

    def pages(self) -> tuple[Page, ...]:
        """The learning curves of the last `fit`, from two epochs on."""
        epochs = self.fits[-1].epochs if self.fits else {}
        if max(map(len, epochs.values()), default=0) < 2:
            return ()
        return (training_page(History(epochs)),)

    def try_fixes(self, seconds: float = 60.0, seeds: int = 2) -> Report:
        """Tries the remedies of what the last `fit` was found to have.

        Each remedy is tried on a copy, for some hundred steps from the first
        weights, against the unchanged model with the same batches and seeds;
        then all that are kept together. The user's model, its optimizer, the
        data and the seeds stay as they are.

        Args:
            seconds: that the trials may take, about.
            seeds: how often each is tried, with other batches.

        Where nothing can be tried, as of a model that cannot be copied, a
        warning says why, and the findings stay as they are.

        Returns:
            The report, in which each finding says what its trial came to;
            `report.fixed_model()` and `report.patch()` belong to it.

        Raises:
            ValueError: if `seconds` or `seeds` is not above zero.
            RuntimeError: if no `fit` was seen.
        """
        if seconds <= 0 or seeds < 1:
            raise ValueError(
                "`seconds` and `seeds` must be above zero, received: "
                f"seconds={seconds}, seeds={seeds}."
            )
        fit = self.last
        found = list(fit.findings)
        try:
            shop = fit.shop()
            told, self.repair = repair.try_fixes(shop, found, seconds, seeds)
        except (cloning.CannotCopy, Unavailable) as reason:
            self.repair = repair.Impossible(str(reason))
            warnings.warn(f"No fix was tried: {reason}.", stacklevel=2)
            return self.report
        fit.look.findings, fit.extra = told, []
        return self.report

    def refit(self) -> Any:
        """Repeats the last `fit` with the remedies that were kept.

        Returns:
            The trained model; it takes the inputs that the user's model
            takes, and predicts in the same units. Where it cannot be trained
            (the data came from a generator, the model cannot be copied, no
            fix mends what made `fit` raise), a warning says why, and the
            user's own model is returned as it is.

        Raises:
            RuntimeError: if no `fit` was seen.
        """
        if self.repair is None:
            self.try_fixes()
        try:
            return self.repair.refit()
        except Exception as error:
            reason = str(error) or type(error).__name__
        warnings.warn(
            "The mended model could not be trained, and yours is returned as "
            f"it is: {reason}",
            stacklevel=2,
        )
        return self.last.model

    @property
    def last(self) -> WatchedFit:
        """The last `fit` that ended.

        Raises:
            RuntimeError: if there was none.
        """
        done = [fit for fit in self.fits if fit.done]
        if not done:
            raise RuntimeError(
                "No `fit` has ended under this session. To mend it, call "
                "`model.fit(...)` inside `with kts.supervise() as session:`."
            )
        return done[-1]

    def start(self, fit: WatchedFit) -> None:
        """Takes up a new `fit`; only the last one's data are kept."""
        for other in self.fits:
            if other.done:
                other.forget()
        self.fits.append(fit)

    def new(self, fit: WatchedFit) -> list[Finding]:
        """What a `fit` found that no other one on its line found before.

        In a loop over folds each model has new names, such as `dense_7`, and
        the same mistakes.
        """
        found = []
        for finding in fit.findings:
            where = re.sub(r"_\d+\b", "", finding.where)
            key = (finding.rule, where, finding.severity, finding.location)
            if self._first.setdefault(key, fit) is fit:
                found.append(finding)
        return found

    def explained(self, fit: WatchedFit, error: BaseException) -> bool:
        """Whether a `fit` inside another one raised it, and said why."""
        inner = self.fits[self.fits.index(fit) + 1 :]
        return any(other.raised == id(error) for other in inner)

    def tell(self, fit: WatchedFit) -> None:
        """Prints errors and warnings, each once, the moment they are known."""
        for finding in self.new(fit):
            key = (finding.rule, finding.where)
            grave = finding.severity is not Severity.ADVICE
            if grave and key not in self._told and not self.quiet:
                self._told.add(key)
                print(f"keras-troubleshoot: {finding}", file=sys.stderr)


LOCK = threading.RLock()


@contextlib.contextmanager
def supervise(
    disable: tuple[str, ...] | list[str] = (),
    quiet: bool = False,
    confirm: float | None = None,
) -> Iterator[Session]:
    """Watches every `fit` of every Keras model inside the `with` block.

    Before a `fit` starts, the model and its data are checked as `kts.check`
    does, with what the arguments of `fit` tell besides. Then it trains as it
    would have: weights, seeds and the order of the data are the same, bit
    for bit. Where `fit` raises, the exception is explained in one finding,
    and raised on unchanged; the report is there all the same.

    Args:
        disable: ids of diagnoses to leave out.
        quiet: print nothing to stderr; by default errors and warnings are
            told the moment they are known.
        confirm: seconds that trials of suspicions may take after each
            `fit`; by default a fifth of the time of the `fit`, though never
            less than five seconds. 0 turns them off: then a suspicion stays
            advice.

    Yields:
        The session; `session.report` is the report at any time.

    Raises:
        ValueError: if `disable` names a diagnosis that there is not.
        RuntimeError: if Keras runs on another backend than TensorFlow.

    Example:
        ```python
        with kts.supervise() as session:
            model.fit(x, y, epochs=5)
        print(session.report)
        ```
    """
    subjects.require_backend()
    import keras

    session = Session(disable, quiet, confirm)
    with LOCK:
        # `fit` may be inherited from the trainer of the backend.
        own = vars(keras.Model).get("fit")
        original = keras.Model.fit
        keras.Model.fit = watching(original, session)
    try:
        yield session
    finally:
        with LOCK:
            if own is None:
                del keras.Model.fit
            else:
                keras.Model.fit = own


def watching(original: Any, session: Session):
    """`fit`, looked at before and after."""

    @functools.wraps(original)
    def fit(self, *args, **kwargs):
        if unwatched.active():
            return original(self, *args, **kwargs)
        watched = WatchedFit(
            self, original, args, kwargs, session.rules, session.confirm
        )
        session.start(watched)
        return watched.run(
            lambda: session.tell(watched),
            lambda error: session.explained(watched, error),
        )

    return fit
