"""`TeamTuner`: a tuner of keras-tuner that is safe as a chief or a worker."""

import sys
from typing import Any

import keras_tuner

from keras_troubleshoot.tuning.engines import roles


class TeamTuner(keras_tuner.Tuner):
    """Plays the part that keras-tuner's environment gives it, by our engine.

    As the chief it gives the trials of dead workers to others, and ends with
    the search; as a worker it ends when its chief is gone. Without the
    environment, it is keras-tuner's.

    Args:
        oracle: of keras-tuner, with `Keeping`.
        **options: of `keras_tuner.Tuner`.
    """

    def __init__(self, oracle: Any, **options: Any):
        super().__init__(oracle=oracle, **options)
        if roles.role() == roles.WORKER:
            from keras_troubleshoot.tuning.engines.client import Client

            self.oracle = Client(oracle)

    def search(self, *data: Any, **options: Any) -> None:
        """Searches, takes part in a search, or leads it.

        Args:
            *data: as `fit` takes it.
            **options: of `fit`; `verbose=0` says nothing.
        """
        if roles.role() == roles.CHIEF:
            self.oracle.verbose = options.get("verbose", 1)
            self.save()
            roles.lead(self.oracle, tell=say)
            return
        from keras_troubleshoot.tuning.engines.client import ChiefGone

        try:
            super().search(*data, **options)
        except ChiefGone as gone:
            say(f"The worker ends: {gone}.")


def say(line: str) -> None:
    """One line on stderr."""
    print(line, file=sys.stderr, flush=True)
