"""Reports that the tests of the renderers share."""

from keras_troubleshoot.report.finding import Figure
from keras_troubleshoot.report.finding import Finding
from keras_troubleshoot.report.finding import Fixes
from keras_troubleshoot.report.finding import Kind
from keras_troubleshoot.report.finding import Location
from keras_troubleshoot.report.finding import Severity
from keras_troubleshoot.report.finding import Skipped
from keras_troubleshoot.report.report import Report

SCRIPT = "<script>alert(1)</script>"
# What a name from outside may do to a terminal, a page, a picture.
HOSTILE = f"{SCRIPT}[red]x[/red]$\\frac$\x1b[31m\nerror: \u202e&\"'{{{{7*7}}}}"

LABELS = Finding(
    rule="labels-out-of-range",
    severity=Severity.ERROR,
    kind=Kind.ROOT,
    where="y",
    summary=(
        "The labels run from 1 to 10, but the output has 10 units, which "
        "take the labels 0 to 9: 1,012 of 10,000 labels have no unit."
    ),
    evidence={
        "lowest": 1,
        "highest": 10,
        "units": 10,
        "beyond": 1012,
        "share": 0.1012,
        "rows": list(range(3, 300, 7)),
        "counts": {"8": 974, "9": 1009, "10": 1012},
    },
    fix=(
        "Start the labels at 0:\n"
        "    y = y - 1\n"
        "    model.fit(x, y)\n"
        "or give the output layer 11 units with `Dense(11)`."
    ),
    reference=(
        "Keras API, SparseCategoricalCrossentropy, "
        "https://keras.io/api/losses/probabilistic_losses/."
    ),
    explains=("loss-not-finite",),
    figures=(
        Figure(
            kind="bars",
            title="Labels by class",
            labels=tuple(str(label) for label in range(1, 11)),
            values=(987, 1010, 995, 982, 1003, 1021, 1008, 974, 1009, 1012),
            unit="labels",
        ),
    ),
    location=Location("examples/train.py", 42),
)

LOSS = Finding(
    rule="loss-not-finite",
    severity=Severity.ERROR,
    kind=Kind.SYMPTOM,
    where="loss",
    summary="The loss is not finite from batch 3 on.",
    evidence={"losses": [2.3, 2.9, float("nan")], "batch": 3},
    fix="Mend what explains it; it is a symptom.",
    figures=(
        Figure(
            kind="lines",
            title="Loss of each batch",
            labels=("training", "validation"),
            values=(
                (2.3, 2.1, 1.8, 2.9, float("nan"), 1.5, 1.2),
                (2.4, 2.2, 2.1, 2.0, 2.2, 2.4, 2.6),
            ),
            unit="cross-entropy",
        ),
    ),
)

RATE = Finding(
    rule="learning-rate-high",
    severity=Severity.WARNING,
    kind=Kind.ROOT,
    where="optimizer (Adam)",
    summary="The learning rate is 0.1, a hundred times the default of Adam.",
    evidence={"rate": 0.1, "default": 0.001},
    fix="Compile with `keras.optimizers.Adam(1e-3)`.",
    reference="Kingma and Ba 2015, http://arxiv.org/abs/1412.6980",
)

ADVICE = Finding(
    rule="batch-size-odd",
    severity=Severity.ADVICE,
    kind=Kind.ROOT,
    where="fit",
    summary="The last batch holds 3 rows.",
    evidence={"rows": 3},
)


def full() -> Report:
    """A report with something of everything."""
    return Report(
        findings=[ADVICE, LOSS, RATE, LABELS],
        examined=[f"rule-{number}" for number in range(40)]
        + [LABELS.rule, LOSS.rule, RATE.rule, ADVICE.rule],
        skipped=[
            Skipped("validation-leak", "no validation data was given"),
            Skipped("validation-small", "no validation data was given"),
            Skipped("graph-dead-end", "the model is subclassed"),
        ],
        title="mnist_mlp",
        context={"keras": "3.15.0", "rows": 10000, "seconds": 1.234},
        fixes=Fixes(
            "What is kept, all together: loss 2.3 -> 0.4. It helps.",
            ("y = y - 1", "model.compile(..., loss='mse')"),
            (Figure("lines", "Trial", ("a", "b"), ((2, 1), (2, 0)), "loss"),),
        ),
    )


def hostile() -> Report:
    """A report each string of which tries to escape."""
    finding = Finding(
        rule=HOSTILE,
        severity=Severity.ERROR,
        kind=Kind.ROOT,
        where=HOSTILE,
        summary=HOSTILE,
        evidence={HOSTILE: HOSTILE, "nested": {HOSTILE: [HOSTILE]}},
        fix=f"{HOSTILE}\n    {HOSTILE}\n`{HOSTILE}`",
        reference=f"javascript:alert(1) {HOSTILE} https://x.test/{HOSTILE}",
        figures=(
            Figure("bars", HOSTILE, (HOSTILE, "b"), (1, 2), HOSTILE),
            Figure("lines", HOSTILE, (HOSTILE, "b"), ((1, 2), (3,)), HOSTILE),
        ),
        location=Location(HOSTILE, 1),
    )
    return Report(
        [finding],
        [HOSTILE],
        [Skipped(HOSTILE, HOSTILE)],
        HOSTILE,
        {HOSTILE: HOSTILE},
        fixes=Fixes(
            HOSTILE,
            (HOSTILE,),
            (Figure("bars", HOSTILE, (HOSTILE, "b"), (1, 2), HOSTILE),),
        ),
    )
