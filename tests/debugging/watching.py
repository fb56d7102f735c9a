"""What the tests of supervision share."""

import keras

from keras_troubleshoot.report.finding import Severity

FIT = keras.Model.fit


def errors(report):
    """The findings that are errors."""
    return report.at_least(Severity.ERROR)


class Calling(keras.callbacks.Callback):
    """Runs a function at the end of each epoch."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def on_epoch_end(self, epoch, logs=None):
        self.function()
