"""Runs a Python script as `python SCRIPT.py` does, and survives its end."""

import contextlib
import os
import runpy
import signal
import sys
from collections.abc import Iterator
from collections.abc import Sequence

from keras_troubleshoot.cli.command import CommandError

INTERRUPTED = 128 + signal.SIGINT
TERMINATED = 128 + signal.SIGTERM


def run(path: str, arguments: Sequence[str]) -> int:
    """Runs the script as `__main__`; its `sys.exit` ends only the script.

    Args:
        path: of the script; its folder is the first of `sys.path`.
        arguments: what the script finds behind its name in `sys.argv`.

    Returns:
        The exit code that Python would have ended with: 0 for success, the
        number of `sys.exit`, 1 for an exception, whose traceback is printed
        as Python prints it, 130 for Ctrl-C, 143 for SIGTERM.
    """
    path = os.path.abspath(path)  # As Python's `__file__`.
    parent = os.getpid()
    with _place(path, arguments), _termination_raises():
        code = _run(path)
    if os.getpid() != parent:
        sys.exit(code)  # A child that the script forked: no report from it.
    return code


def _run(path: str) -> int:
    try:
        runpy.run_path(path, run_name="__main__")
    except CommandError:
        raise
    except SystemExit as end:
        return _exit_code(end.code)
    except KeyboardInterrupt as error:
        _show(path, error)
        return INTERRUPTED
    except Exception as error:
        _show(path, error)
        return 1
    return 0


@contextlib.contextmanager
def _place(path: str, arguments: Sequence[str]) -> Iterator[None]:
    """`sys.argv` and `sys.path` as the script expects them.

    Afterwards they, and the working folder, are what they were.
    """
    before = sys.argv, list(sys.path)
    folder = os.getcwd()
    sys.argv = [path, *arguments]
    if not sys.flags.safe_path:
        sys.path[0] = os.path.dirname(os.path.realpath(path))
    try:
        yield
    finally:
        sys.argv, sys.path[:] = before
        os.chdir(folder)


@contextlib.contextmanager
def _termination_raises() -> Iterator[None]:
    """SIGTERM ends the script, not the process: the report is written."""
    parent = os.getpid()

    def terminate(number, frame):
        if os.getpid() != parent:  # A worker of the script: as ever.
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        sys.exit(TERMINATED)

    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _exit_code(code: object) -> int:
    """The exit code of `sys.exit(code)`, printed where it is a message."""
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    print(code, file=sys.stderr)
    return 1


def _show(path: str, error: BaseException) -> None:
    """Shows the exception as Python would: the frames above are ours."""
    trace = error.__traceback__
    while trace and trace.tb_frame.f_code.co_filename != path:
        trace = trace.tb_next
    sys.excepthook(type(error), error.with_traceback(trace), trace)
