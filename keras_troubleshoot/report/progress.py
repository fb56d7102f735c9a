"""Says how far long work has come."""

import sys
import time

# Seconds after which something is said.
PATIENCE = 4.0


class Progress:
    """Says on standard error how far something has come, if it takes long.

    Args:
        what: is going on.
        verbose: False never says anything.
    """

    def __init__(self, what: str, verbose: bool = True):
        self.what, self.verbose = what, verbose
        self.told = time.perf_counter()

    def __call__(self, text: str) -> None:
        """Tells what is reached, unless something was told just now."""
        now = time.perf_counter()
        if self.verbose and now - self.told > PATIENCE:
            self.told = now
            print(f"{self.what}: {text}", file=sys.stderr, flush=True)
