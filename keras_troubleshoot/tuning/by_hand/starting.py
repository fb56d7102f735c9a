"""`manual`: begins, or takes up, a study by hand."""

import contextlib
import io
from typing import Any

import keras_tuner

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import randomness
from keras_troubleshoot.tuning.by_hand.oracle import HandOracle
from keras_troubleshoot.tuning.by_hand.study import ManualStudy
from keras_troubleshoot.tuning.spaces import hypermodel as hypermodel_lib
from keras_troubleshoot.tuning.spaces import recording as spaces

Hyperparameters = keras_tuner.HyperParameters
BaseTuner = keras_tuner.engine.base_tuner.BaseTuner


def manual(
    tunable: Any,
    *,
    objective: Any = "val_loss",
    directory: Any = "tuned",
    project_name: str = "search",
    max_trials: int = 100,
    seed: int = 0,
    overwrite: bool = False,
) -> ManualStudy:
    """Keeps trials that you make by hand, and says what to try next.

    Each trial is written at once; the same call takes the study up again
    after a restart, with the ranges that the search space has then. A tuner
    of keras-tuner or ours on the same folder goes on from the trials, and so
    does `study.tuner.search(x, y, ...)`.

    Args:
        tunable: what is tuned: a function of `hp` that builds a model, or a
            `keras_tuner.HyperModel`; a compiled model; a `SearchSpace` or
            `keras_tuner.HyperParameters`; or a tuner or an oracle, whose
            trials are added to, and with which the other arguments are left
            out.
        objective: as keras-tuner takes it: a name, or
            `keras_tuner.Objective(name, "max")`.
        directory: for the folder of the study.
        project_name: the name of the folder; these are the defaults of
            `kts.tune`, which goes on from it, too.
        max_trials: at which `study.tuner.search` ends, these included.
        seed: of suggestions.
        overwrite: whether to begin anew; what the folder holds is deleted.

    Returns:
        The study: `add` keeps a trial, `suggest` says what to try, `print`
        shows all.

    Raises:
        TypeError: `tunable` is nothing of these.
        ValueError: an argument will not do.

    Example:
        >>> import tempfile
        >>> hp = keras_tuner.HyperParameters()
        >>> _ = hp.Float(
        ...     "learning_rate", 1e-5, 0.1, sampling="log", default=1e-3)
        >>> _ = hp.Int("units", 16, 256, sampling="log", default=64)
        >>> study = manual(hp, directory=tempfile.mkdtemp())
        >>> study.add({"learning_rate": 0.001}, 0.40, note="the usual")
        '000'
        >>> print(study.suggest())
        learning_rate=0.01, units=64
        `learning_rate` is of high sensitivity and has 1 value so far; the \
others as in the best trial.
        >>> study.add(study.suggest(), {"val_loss": [0.5, 0.31]})
        '001'
        >>> print(study)
        2 trials; the best is 001, val_loss 0.31.
          trial  learning_rate  units  val_loss  note
            000  0.001          64     0.4       the usual
          * 001  0.01           64     0.31
    """
    if is_search(tunable):
        tuner = tunable if hasattr(tunable, "oracle") else None
        return ManualStudy(getattr(tunable, "oracle", tunable), tuner)
    model, space = opened(tunable)
    oracle = HandOracle(
        objective, max_trials=max_trials, hyperparameters=space, seed=seed
    )
    kind = BaseTuner if model is None else keras_tuner.Tuner
    # keras-tuner builds models and prints that it reloads.
    with randomness.preserved(), contextlib.redirect_stdout(io.StringIO()):
        tuner = kind(
            oracle,
            model,
            directory=directory,
            project_name=project_name,
            overwrite=overwrite,
        )
    # A space that was reloaded is that of before the restart.
    oracle.hyperparameters = space.copy()
    tuner.save()
    return ManualStudy(oracle, tuner)


def is_search(tunable: Any) -> bool:
    """Whether it is a tuner or an oracle."""
    held = getattr(tunable, "oracle", tunable)
    return hasattr(held, "trials") and hasattr(held, "get_space")


def opened(tunable: Any) -> tuple[Any, Any]:
    """What builds a model, if anything, and the search space.

    Raises:
        TypeError: it is neither.
    """
    if isinstance(tunable, Hyperparameters):
        return None, tunable.copy()
    space = getattr(tunable, "hyperparameters", None)
    if isinstance(space, Hyperparameters):
        return getattr(tunable, "hypermodel", None), space
    if keras_internals.is_model(tunable):
        tunable = hypermodel_lib.hypermodel(tunable)
    if isinstance(tunable, type) or not callable(
        getattr(tunable, "build", tunable)
    ):
        raise TypeError(
            "`tunable` must be a function of `hp`, a compiled model, a "
            f"search space or a tuner, received: {tunable!r}. To mend it, "
            "pass `kts.tuning.search_space(...)`."
        )
    return tunable, spaces.recorded(tunable)
