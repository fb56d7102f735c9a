"""`HandOracle`: keeps trials made by hand such that any search can go on."""

from typing import Any

from keras_troubleshoot.tuning.bayesian.oracle import BayesianOptimizationOracle


class HandOracle(BayesianOptimizationOracle):
    """A Bayesian search whose folder other searches of ours can take up.

    Their states differ in a few entries: it writes what they need, and keeps
    what they wrote.
    """

    def get_state(self) -> dict[str, Any]:
        """The state that is saved, as keras-tuner asks for it."""
        return {**self.beside, **super().get_state()}

    def set_state(self, state: dict[str, Any]) -> None:
        """Takes the state of this or another search."""
        super().set_state({"num_initial_points": None, **state})
        own = super().get_state()
        self.others = {k: held for k, held in state.items() if k not in own}

    @property
    def beside(self) -> dict[str, Any]:
        """What only others need; of a coarse-to-fine search no rounds yet."""
        return {"rounds": [], **getattr(self, "others", {})}
