"""Tests of what is known of callbacks."""

import keras
from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.facts import callbacks
from keras_troubleshoot.facts import fit_call

C = keras.callbacks


class Halving(C.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.optimizer.learning_rate.assign(0.5)


class Patient(C.EarlyStopping):
    """A user's class that derives from one of Keras."""


class Silent(C.Callback):
    pass


def one(given):
    (found,) = callbacks.describe([given])
    return found


class DescribeTest(parameterized.TestCase):
    def test_early_stopping(self):
        got = one(C.EarlyStopping("val_mae", 0.5, 7, mode="min"))
        self.assertEqual((got.base, got.monitor), ("EarlyStopping", "val_mae"))
        self.assertEqual((got.mode, got.option("patience")), ("min", 7))
        self.assertEqual(got.option("min_delta"), 0.5)
        self.assertFalse(got.own)

    def test_plateau(self):
        got = one(C.ReduceLROnPlateau(factor=0.25, min_lr=1e-5))
        self.assertEqual(got.option("factor"), 0.25)
        self.assertEqual(got.option("min_lr"), 1e-5)

    def test_checkpoint(self):
        path = "/tmp/{epoch:02d}-{val_loss:.2f}-{f1}.keras"
        got = one(C.ModelCheckpoint(path, save_best_only=True))
        self.assertEqual(got.fields, ("val_loss", "f1"))
        self.assertTrue(got.option("save_best_only"))

    def test_scheduler_is_not_called(self):
        def schedule(epoch):
            raise AssertionError

        got = one(C.LearningRateScheduler(schedule))
        self.assertIs(got.schedule, schedule)

    @parameterized.parameters(
        (Halving(), True, True),
        (Silent(), True, False),
        (Patient("loss"), True, False),
        (C.TerminateOnNaN(), False, False),
        (C.LambdaCallback(on_epoch_end=lambda e, logs: print(e)), True, False),
    )
    def test_own(self, given, own, rates):
        got = one(given)
        self.assertEqual((got.own, got.sets_rate), (own, rates))

    def test_lambda_that_sets_the_rate(self):
        model = keras.Sequential()

        def change(epoch, logs):
            model.optimizer.learning_rate = 0.1

        got = one(C.LambdaCallback(on_epoch_begin=change))
        self.assertTrue(got.sets_rate)

    def test_class_that_derives_from_one_of_keras(self):
        got = one(Patient("loss", patience=2))
        self.assertEqual(
            (got.class_name, got.base), ("Patient", "EarlyStopping")
        )

    @parameterized.named_parameters(
        ("none", None, 0),
        ("one", C.TerminateOnNaN(), 1),
        ("nested", [C.TerminateOnNaN(), [C.History()]], 2),
        ("list_of_keras", C.CallbackList([C.TerminateOnNaN()]), 1),
    )
    def test_given_as(self, given, count):
        got = fit_call.describe({"callbacks": given}).callbacks
        self.assertLen(got, count)


if __name__ == "__main__":
    absltest.main()
