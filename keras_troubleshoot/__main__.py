"""`python -m keras_troubleshoot` is `keras-troubleshoot`."""

import sys

from keras_troubleshoot.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
