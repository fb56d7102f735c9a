"""What `tune` returns."""

import dataclasses
from typing import Any

from keras_troubleshoot.rules.words import counted
from keras_troubleshoot.tuning import ranking
from keras_troubleshoot.tuning.running.discarding import cut_short
from keras_troubleshoot.tuning.running.estimate import Estimate

TEXT = 160


@dataclasses.dataclass(frozen=True)
class TuningResult:
    """A search, finished or interrupted.

    `str` of it says what came of the trials, what the best is and what to
    expect of it.

    Attributes:
        tuner: a `keras_tuner.Tuner`; all that looks at searches takes it.
        folder: of the search; the same call of `tune` goes on from there.
        estimate: how good the best is without its luck; None where it was
            not asked for, or there is no best.
        interrupted: whether Ctrl-C ended it.
    """

    tuner: Any
    folder: str
    estimate: Estimate | None = None
    interrupted: bool = False

    @property
    def trials(self) -> list[Any]:
        """The trials of keras-tuner, in the order in which they ended."""
        oracle = self.tuner.oracle
        return [oracle.trials[name] for name in oracle.end_order]

    @property
    def best(self) -> Any:
        """The best trial: by new seeds where it was trained again.

        Raises:
            ValueError: no trial has a score.
        """
        if self.estimate is not None:
            name = self.estimate.best.trial_id
            return self.tuner.oracle.trials[name]
        ranked = self.tuner.oracle.ranked()
        if not ranked:
            raise ValueError(
                "The search must have a trial with a score, received: "
                f"{self.counted()}."
            )
        return ranked[0]

    @property
    def best_hyperparameters(self) -> Any:
        """Those of the best trial; `builder(...)` of them makes the model."""
        return self.best.hyperparameters.copy()

    @property
    def values(self) -> dict[str, Any]:
        """The values of the best trial, by name."""
        return dict(self.best.hyperparameters.values)

    def model(self) -> Any:
        """The model of the best trial, as it was at its best epoch.

        Raises:
            ValueError: no trial has a score, or its weights are gone.
        """
        return self.tuner.load_model(self.best)

    @property
    def failures(self) -> dict[str, str]:
        """Why trials failed, diverged or were discarded, by their ids."""
        return {
            trial.trial_id: trial.message.split("\n", 1)[0]
            for trial in self.trials
            if trial.message
        }

    def counted(self) -> str:
        """How many trials there are of each kind."""
        direction = self.tuner.oracle.objective.direction
        failed = sum(t.status == "FAILED" for t in self.trials)
        lost = sum(
            ranking.cost(t, direction) == float("inf") for t in self.trials
        )
        early = sum(cut_short(t) for t in self.trials)
        told = counted(len(self.trials), "trial")
        kinds = {
            "failed": failed,
            "without a number": lost - failed,
            "discarded early": early,
        }
        shown = [f"{count} {kind}" for kind, count in kinds.items() if count]
        return f"{told} ({', '.join(shown)})" if shown else told

    def page(self) -> Any:
        """The search as a page of the report."""
        from keras_troubleshoot.report import page as page_lib
        from keras_troubleshoot.tuning.looking import showing

        made = showing.page(self.tuner)
        if self.estimate is None:
            return made
        blocks = [
            page_lib.Paragraph(line) for line in str(self.estimate).split("\n")
        ]
        return dataclasses.replace(made, blocks=(*blocks, *made.blocks))

    def report(self) -> Any:
        """The search as a report: `.to_html(path)`, `.to_json(path)`."""
        from keras_troubleshoot.report.report import Report

        return Report(title="Search", pages=(self.page(),))

    def explain(self) -> str:
        """What the search narrowed and why, where its method tells."""
        told = getattr(self.tuner.oracle, "explain", None)
        return told() if told is not None else self.counted()

    def __str__(self) -> str:
        lines = [f"{self.counted()} in {self.folder}."]
        if self.interrupted:
            lines[0] += " Interrupted: the same call goes on from there."
        if self.tuner.oracle.stop_reason:
            lines.append(f"It ended early: {self.tuner.oracle.stop_reason}.")
        ranked = self.tuner.oracle.ranked()
        if ranked:
            best = self.best
            values = ", ".join(
                f"{n}={brief(v)}" for n, v in self.values.items()
            )
            lines.append(
                f"Best: trial {best.trial_id}, "
                f"{self.tuner.oracle.objective.name} {best.score:.4g}: {values}"
            )
        if self.estimate is not None:
            lines.append(str(self.estimate))
        return "\n".join(lines)


def brief(value: Any) -> str:
    """A value, a number with four digits."""
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)
