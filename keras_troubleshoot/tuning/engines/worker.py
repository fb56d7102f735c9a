"""A worker process of a search on this machine.

Started as `python -m keras_troubleshoot.tuning.engines.worker FOLDER TRIALS`
by `local`, with keras-tuner's environment.
"""

import gc
import sys
import types
from collections.abc import Sequence

from keras_troubleshoot.tuning.engines import orphans


def main(arguments: Sequence[str]) -> int:
    """Trains trials until there are none, or enough; returns the exit code."""
    orphans.die_with_parent()
    folder, trials = arguments
    from keras_troubleshoot.tuning.engines import payload

    work = payload.read(folder)
    # They take their time: what cannot be read is said at once.
    from keras_troubleshoot.tuning.engines.client import ChiefGone
    from keras_troubleshoot.tuning.engines.client import Client
    from keras_troubleshoot.tuning.running import loop

    # What was imported stays; to look through it costs 0.2 s twice a trial.
    gc.freeze()
    client = Client(types.SimpleNamespace(objective=work.objective))
    try:
        loop.search(client, work, client.tuner_id, most=int(trials) or None)
    except ChiefGone as gone:
        print(f"The worker ends: {gone}.", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
