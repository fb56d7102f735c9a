"""Cases of callbacks."""

from keras_troubleshoot.facts.callbacks import Callback
from keras_troubleshoot.facts.heads import Metric
from keras_troubleshoot.facts.keras_logs import Logged
from tests.rules import building as b
from tests.rules import running as r
from tests.rules.checking import ERROR
from tests.rules.checking import WARNING
from tests.rules.checking import Sick
from tests.rules.checking import Twin

ID = "callback-misconfigured"
STOP, REDUCE, SAVE = "EarlyStopping", "ReduceLROnPlateau", "ModelCheckpoint"
TWO = (
    Logged("loss", "", "min", "min"),
    Logged("a_loss", "", "min", ""),
    Logged("a_mae", "MeanAbsoluteError", "min", ""),
)


def stopping(monitor="val_loss", mode="auto", run=None, **options):
    options.setdefault("patience", 3)
    return r.facts(r.callback(STOP, monitor, mode, **options), **(run or {}))


def reducing(**options):
    options.setdefault("patience", 3)
    return r.facts(r.callback(REDUCE, **options))


def saving(monitor="val_loss", mode="auto", fields=(), run=None, **options):
    callback = r.callback(SAVE, monitor, mode, fields, **options)
    return r.facts(callback, **(run or {}))


def accuracy_of_numbers(monitor):
    metric = Metric("accuracy", "BinaryAccuracy", 0.5)
    head = b.head(b.normal(60), b.normal(31, 1), b.MSE, metrics=(metric,))
    logged = (r.LOGGED[0], Logged("accuracy", "BinaryAccuracy", "max", "max"))
    return stopping(monitor, "max", {"heads": (head,), "logged": logged})


def adding(monitor):
    """A callback of the user that may add to the logs, and one that heeds."""
    own = Callback("F1", "Callback", own=True)
    return r.facts(own, r.callback(STOP, monitor, "max", patience=3))


SICK = (
    Sick(
        "validation loss without validation data",
        ID,
        WARNING,
        lambda: stopping(run={"validated": False}),
        "callback EarlyStopping",
        {"monitor": "val_loss", "logged": ["loss", "accuracy"]},
        ("no validation data", "never stops"),
    ),
    Sick(
        "acc for accuracy",
        ID,
        WARNING,
        lambda: stopping("val_acc", "max"),
        "callback EarlyStopping",
        {},
        ("'val_acc'", "'val_accuracy'"),
    ),
    Sick(
        "acc for accuracy, direction to be guessed",
        ID,
        ERROR,
        lambda: stopping("val_acc"),
        "callback EarlyStopping",
        {},
        ("raises an error after the first epoch",),
    ),
    Sick(
        "a metric of one of two outputs, direction to be guessed",
        ID,
        ERROR,
        lambda: stopping("val_a_mae", run={"logged": TWO}),
        "callback EarlyStopping",
        {"mode": "auto"},
        ("mode='min'",),
    ),
    Sick(
        "the lowest accuracy",
        ID,
        ERROR,
        lambda: saving("val_accuracy", "min", save_best_only=True),
        "callback ModelCheckpoint",
        {"better": "max"},
        ("keeps the worst model", "mode='max'"),
    ),
    Sick(
        "the highest loss",
        ID,
        ERROR,
        lambda: stopping("val_loss", "max"),
        "callback EarlyStopping",
        {"better": "min"},
    ),
    Sick(
        "accuracy of real numbers",
        ID,
        WARNING,
        lambda: accuracy_of_numbers("val_accuracy"),
        "callback EarlyStopping",
        {"metric": "BinaryAccuracy"},
        ("val_loss",),
    ),
    Sick(
        "nothing counts as an improvement",
        ID,
        WARNING,
        lambda: stopping(min_delta=-5.0),
        "callback EarlyStopping",
        {"min_delta": 5, "room": 2},
        ("more than 5", "2 to gain"),
    ),
    Sick(
        "95 for 95%",
        ID,
        WARNING,
        lambda: stopping("val_accuracy", baseline=95),
        "callback EarlyStopping",
        {"baseline": 95},
        ("baseline=0.95",),
    ),
    Sick(
        "a floor above the rate",
        ID,
        WARNING,
        lambda: reducing(factor=0.5, min_lr=0.01),
        "callback ReduceLROnPlateau",
        {"min_lr": 0.01, "rate": 1e-3},
        ("never reduced",),
    ),
    Sick(
        "a negative factor",
        ID,
        ERROR,
        lambda: reducing(factor=-0.5),
        "callback ReduceLROnPlateau",
        {"factor": -0.5},
    ),
    Sick(
        "a file name with a metric that is not there",
        ID,
        ERROR,
        lambda: saving(fields=("val_acc",)),
        "callback ModelCheckpoint",
        {"field": "val_acc"},
    ),
    Sick(
        "saved after more batches than there are",
        ID,
        WARNING,
        lambda: saving(save_freq=5000),
        "callback ModelCheckpoint",
        {"save_freq": 5000, "total": 1000},
    ),
    Sick(
        "a scheduler on top of a schedule",
        ID,
        ERROR,
        lambda: r.facts(
            r.callback("LearningRateScheduler", ""), scheduled=True
        ),
        "callback LearningRateScheduler",
        {},
        ("compiled with a schedule",),
    ),
    Sick(
        "reducing what a schedule rules",
        ID,
        WARNING,
        lambda: r.facts(r.callback(REDUCE, patience=3), scheduled=True),
        "callback ReduceLROnPlateau",
    ),
)

TWINS = (
    Twin("validation loss", ID, stopping),
    Twin(
        "training loss without validation data",
        ID,
        lambda: stopping("loss", run={"validated": False}),
    ),
    Twin("highest accuracy", ID, lambda: stopping("val_accuracy", "max")),
    Twin("accuracy, guessed", ID, lambda: stopping("val_accuracy")),
    Twin("what an own callback adds", ID, lambda: adding("val_f1")),
    Twin(
        "an output of two, direction given",
        ID,
        lambda: stopping("val_a_mae", "min", {"logged": TWO}),
    ),
    Twin(
        "saved in any case, whatever it watches",
        ID,
        lambda: saving(run={"validated": False}),
    ),
    Twin("a small delta", ID, lambda: stopping(min_delta=1e-3)),
    Twin("a floor below the rate", ID, lambda: reducing(min_lr=1e-6)),
    Twin("no patience", ID, lambda: stopping(patience=0), advised=True),
    Twin("patience for ever", ID, lambda: stopping(patience=50), advised=True),
    Twin(
        "stopped before the rate is reduced",
        ID,
        lambda: r.facts(
            r.callback(STOP, patience=3), r.callback(REDUCE, patience=5)
        ),
        advised=True,
    ),
    Twin(
        "a scheduler beside a plateau",
        ID,
        lambda: r.facts(
            r.callback("LearningRateScheduler", ""),
            r.callback(REDUCE, patience=3),
        ),
        advised=True,
    ),
    Twin(
        "a file name with a metric that is there",
        ID,
        lambda: saving(fields=("val_accuracy",)),
    ),
)
