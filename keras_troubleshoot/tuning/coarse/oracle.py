"""`CoarseToFineOracle`: a wide first round, then rounds around the best."""

from typing import Any

from keras_troubleshoot.tuning import ranking
from keras_troubleshoot.tuning.coarse import checking
from keras_troubleshoot.tuning.coarse import drawing
from keras_troubleshoot.tuning.coarse import explaining
from keras_troubleshoot.tuning.coarse import fresh
from keras_troubleshoot.tuning.coarse import nearest
from keras_troubleshoot.tuning.coarse import planning
from keras_troubleshoot.tuning.coarse.narrowing import narrow
from keras_troubleshoot.tuning.coarse.round import Round
from keras_troubleshoot.tuning.coarse.span import Span
from keras_troubleshoot.tuning.coarse.span import whole
from keras_troubleshoot.tuning.embedding.embedding import titles
from keras_troubleshoot.tuning.search_oracle import SearchOracle

# Trials that a round is drawn around; of 2 to 12 the best at 100 trials.
KEEP = 5
# Of the trials, those of the wide first round; of 0.1 to 0.5 the best at 30
# trials, and as good as any at 100.
FIRST_SHARE = 0.2
# Points that are tried before all configurations are walked through.
ATTEMPTS = 30


class CoarseToFineOracle(SearchOracle):
    """Hands out the trials of `CoarseToFine`, which says what it does.

    Args:
        objective: as keras-tuner takes it: a name, a `keras_tuner.Objective`
            or a list of them.
        max_trials: configurations that are tried at most.
        rounds: see `CoarseToFine`, as the following three.
        keep: trials that a round is drawn around.
        first_share: of the trials, those of the first round.
        then: None, or "bayesian".
        seed: a whole number, which fixes all trials; drawn by default.
        **options: of `keras_tuner.Oracle`: `hyperparameters`,
            `tune_new_entries`, `allow_new_entries`, `max_retries_per_trial`
            and `max_consecutive_failed_trials`.

    Raises:
        TypeError, ValueError: an argument will not do.

    Example:
        >>> import keras_tuner
        >>> hp = keras_tuner.HyperParameters()
        >>> _ = hp.Float("rate", 1e-4, 1.0, sampling="log")
        >>> oracle = CoarseToFineOracle(
        ...     "val_loss", max_trials=20, seed=1, hyperparameters=hp)
        >>> oracle.populate_space("0")["status"]
        'RUNNING'
        >>> print(oracle.explain())
        Round 1, trials 1 to 4: the whole space, evenly.
          rate: 0.0001 to 1 (wide)
    """

    def __init__(
        self,
        objective: Any = None,
        max_trials: int | None = 10,
        rounds: int | None = None,
        keep: int = KEEP,
        first_share: float = FIRST_SHARE,
        then: str | None = None,
        seed: int | None = None,
        **options: Any,
    ):
        checking.check(
            max_trials=max_trials,
            seed=seed,
            rounds=rounds,
            keep=keep,
            first_share=first_share,
            then=then,
        )
        super().__init__(
            objective=objective, max_trials=max_trials, seed=seed, **options
        )
        made = planning.plan_before_model if then else planning.plan
        self.sizes = made(max_trials, rounds, first_share)
        self.keep, self.then = keep, then
        self.rounds: list[Round] = []
        self.known = fresh.Known()
        self.places = nearest.Places()

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """The values of the next trial, as keras-tuner asks for them.

        Args:
            trial_id: of the trial; it changes nothing.

        Returns:
            "status" and "values". "STOPPED" where all configurations have
            been tried, "IDLE" while the first trials, which name the
            hyperparameters, still run.
        """
        number = len(self.trials)
        if self.then and number >= sum(self.sizes):
            values = self.modelled()
        else:
            values = self.drawn(number)
        if values is not None:
            return {"status": "RUNNING", "values": values}
        unknown = bool(self.trials) and not self.end_order
        waits = unknown and self.tune_new_entries
        return {"status": "IDLE" if waits else "STOPPED", "values": None}

    def drawn(self, number: int) -> dict[str, Any] | None:
        """New values of the round, None where there are none left."""
        current, space = self.round_of(number), self.hyperparameters.space
        known = self.known.keys(space, self.trials)
        # Trial by trial: all at once, when a round opens, took 20 ms of 1,000.
        self.places.look(space, self.trials)
        for attempt in range(ATTEMPTS):
            at = drawing.point(self.seed, number, attempt, len(space) + 1)
            values = drawing.draw(space, current, at)
            if fresh.key(space, values) not in known:
                return values
        return fresh.unknown(space, known)

    def modelled(self) -> dict[str, Any] | None:
        """New values of which a model of all trials expects most."""
        from keras_troubleshoot.tuning.bayesian import suggesting

        finished, running = self.history()
        return suggesting.suggest(
            self.hyperparameters.space,
            finished,
            running,
            self.objective.direction,
            self.seed,
        )

    def round_of(self, number: int) -> Round:
        """The round of a trial; it is opened by its first."""
        while not self.rounds or number >= self.rounds[-1].end:
            self.rounds.append(self.next_round())
        return self.rounds[-1]

    def next_round(self) -> Round:
        """A round around the best of the trials that have finished."""
        number = len(self.rounds)
        finished = len(self.finished())
        best = self.ranked() if number else []
        best = nearest.best_of(best, self.keep)
        return Round(
            number=number + 1,
            first=self.rounds[-1].end if number else 0,
            size=self.sizes[min(number, len(self.sizes) - 1)],
            spans=self.next_spans(),
            best=tuple(dict(trial.hyperparameters.values) for trial in best),
            finished=finished,
            running=len(self.trials) - finished,
        )

    def next_spans(self) -> dict[str, Span]:
        """The ranges around the best of all trials so far."""
        space = self.hyperparameters.space
        names = titles(space)
        wide = [whole(hp) for hp in space]
        if not self.rounds:
            return dict(zip(names, wide, strict=True))
        spans = {}
        self.places.look(space, self.trials)
        tried = self.places.columns(self.finished())
        best = self.places.columns(self.ranked())
        for number, (hp, name) in enumerate(zip(space, names, strict=True)):
            before = self.rounds[-1].spans.get(name, wide[number])
            chosen = nearest.best_of(best[number], self.keep)
            spans[name] = narrow(hp, before, chosen, tried[number])
        return spans

    def finished(self) -> list[Any]:
        """The trials that have ended, well or not."""
        trials = self.trials.values()
        return [t for t in trials if t.status in ranking.FINISHED]

    def warnings(self) -> list[str]:
        """Which ends of the search space the best trials lie at."""
        if not self.rounds:
            return []
        space = self.hyperparameters.space
        return explaining.warn(space, self.next_spans())

    def explain(self) -> str:
        """What each round drew from, why, and what warns, in words."""
        text = explaining.explain(
            self.rounds, self.hyperparameters.space, self.warnings()
        )
        if self.then:
            text += f"\nFrom trial {sum(self.sizes) + 1} on: Bayesian."
        return text

    def get_state(self) -> dict[str, Any]:
        """The state that is saved, as keras-tuner asks for it."""
        rounds = [r.get_config() for r in self.rounds]
        return {**super().get_state(), "rounds": rounds}

    def set_state(self, state: dict[str, Any]) -> None:
        """Takes the state of a search that is resumed."""
        super().set_state(state)
        self.rounds = [Round.from_config(r) for r in state["rounds"]]
