"""Diagnoses a saved model and its data. It trains nothing.

Usage: keras-troubleshoot check --model=m.keras --data=d.npz [FLAGS]

The .npz file holds the inputs as `x` (or `x_train`) and the targets as `y` (or
`y_train`); `x_val` and `y_val`, where they are there, are the validation data.
A model of several inputs takes `x_NAME`, or just `NAME`, for each, NAME being
the name of the input; so do several outputs with `y_NAME`.

The report goes to stdout. Neither file can run code: the model is read with
safe_mode=True, the arrays with allow_pickle=False.
"""

from collections.abc import Sequence

from absl import flags

from keras_troubleshoot.cli import loading
from keras_troubleshoot.cli import outputs
from keras_troubleshoot.cli.command import CommandError


def define_flags(values: flags.FlagValues) -> None:
    """Defines the flags of the command."""
    helps = {
        "model": "the saved model, a .keras file",
        "data": "the data, an .npz file",
        "x_key": "the array of the inputs in the .npz file",
        "y_key": "the array of the targets in the .npz file",
        "loss": "the loss, by its Keras name, of a model that was saved "
        "without being compiled",
    }
    for name, text in helps.items():
        flags.DEFINE_string(name, None, text, flag_values=values)
    outputs.define_flags(values)


def execute(values: flags.FlagValues, arguments: Sequence[str]) -> int:
    """Checks the model on the data, writes the report."""
    if arguments:
        raise CommandError(
            "`check` takes flags only, received: "
            f"{' '.join(arguments)!r}. To mend it, say --model and --data."
        )
    loading.require_file("model", values.model)
    loading.require_file("data", values.data)
    paths = outputs.writable_paths(values)
    report = _report(values)
    print(report)
    outputs.write(report, paths)
    return outputs.exit_code(report, values.fail_on)


def _report(values: flags.FlagValues):
    arrays = loading.read_arrays(values.data)
    model = loading.read_model(values.model, values.loss)
    x, y, validation = loading.choose(arrays, model, values.x_key, values.y_key)
    from keras_troubleshoot.debugging import check

    try:
        return check.check(model, x, y, validation_data=validation)
    except (TypeError, ValueError) as error:
        raise CommandError(str(error)) from error
