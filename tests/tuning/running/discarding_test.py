import keras_tuner
import numpy as np
from absl.testing import absltest
from absl.testing import parameterized
from keras_tuner.engine import trial as trial_lib

from keras_troubleshoot.tuning.running import discarding

LOSS = keras_tuner.Objective("val_loss", "min")
ACCURACY = keras_tuner.Objective("val_accuracy", "max")


def trial(curve, status="COMPLETED", objective=LOSS, message=None):
    made = trial_lib.Trial(keras_tuner.HyperParameters(), "0", status, message)
    made.metrics.register(objective.name, objective.direction)
    for step, value in enumerate(curve):
        made.metrics.update(objective.name, value, step)
    return made


def asked(rule, own, others, objective=LOSS):
    """Whether a trial ends after the last epoch of its curve."""
    running = trial(own, "RUNNING", objective)
    made = [running, *others]
    return rule.reason(running, made, len(own) - 1, objective)


class MedianTest(parameterized.TestCase):
    # Running means up to epoch 2: 1.5, 2.5, 3.5; their median is 2.5.
    others = [trial([b + 0.5, b - 0.5]) for b in (1.5, 2.5, 3.5)]

    @parameterized.parameters(
        ([9.0, 2.6], True), ([9.0, 2.4], False), ([2.4, 9.0], False)
    )
    def test_the_best_so_far_counts(self, curve, ends):
        rule = discarding.MedianStopping(min_trials=3)
        reason = asked(rule, curve, self.others)
        self.assertEqual(reason is not None, ends)
        if ends:
            self.assertIn("best val_loss was 2.6, the median of 3", reason)

    @parameterized.parameters((0.2, True), (0.8, False))
    def test_more_may_be_better(self, value, ends):
        others = [trial([v], objective=ACCURACY) for v in (0.4, 0.5, 0.6)]
        rule = discarding.MedianStopping(min_trials=3)
        reason = asked(rule, [value], others, ACCURACY)
        self.assertEqual(reason is not None, ends)

    def test_too_few_trials_or_epochs_end_none(self):
        bad = [9.0, 9.0]
        self.assertIsNone(asked(discarding.MedianStopping(4), bad, self.others))
        late = discarding.MedianStopping(3, min_epochs=3)
        self.assertIsNone(asked(late, bad, self.others))

    def test_failed_and_discarded_trials_do_not_count(self):
        others = [
            trial([1.0], "FAILED"),
            trial([1.0], message="Discarded after epoch 1: ..."),
            trial([1.0], message="Pruned in Optuna after step 0."),
            trial([np.nan]),
        ]
        self.assertIsNone(asked(discarding.MedianStopping(1), [9.0], others))

    def test_no_number_ends(self):
        rule = discarding.MedianStopping(min_trials=3)
        self.assertIn("no number", asked(rule, [np.nan], self.others))

    def test_a_second_training_is_left_alone(self):
        running = trial([9.0], "RUNNING")
        running.metrics.update("val_loss", 9.0, 0)
        made = [running, *self.others]
        rule = discarding.MedianStopping(min_trials=3)
        self.assertIsNone(rule.reason(running, made, 0, LOSS))


class HalvingTest(parameterized.TestCase):
    rule = discarding.SuccessiveHalving(factor=3)

    @parameterized.parameters((1, True), (2, False), (3, True), (9, True))
    def test_rungs(self, epochs, asked_there):
        self.assertEqual(self.rule.is_asked(epochs), asked_there)

    @parameterized.parameters((1.5, False), (2.5, False), (3.5, True))
    def test_the_best_third_goes_on(self, value, ends):
        # Of six, with the own, two go on.
        others = [trial([v]) for v in (1.0, 3.0, 4.0, 5.0, 6.0)]
        reason = asked(self.rule, [value], others)
        self.assertEqual(reason is not None, ends)

    def test_trials_that_were_ended_count_where_they_came_to(self):
        others = [trial([v], message="Discarded") for v in (4.0, 5.0)]
        self.assertIsNone(asked(self.rule, [3.0], others))
        self.assertIsNotNone(asked(self.rule, [4.5], others))

    def test_the_first_goes_on(self):
        self.assertIsNone(asked(self.rule, [9.0], []))


class RuleTest(parameterized.TestCase):
    def test_names(self):
        self.assertIsNone(discarding.rule(None))
        made = discarding.rule("halving")
        self.assertIsInstance(made, discarding.SuccessiveHalving)
        self.assertIs(discarding.rule(made), made)
        with self.assertRaisesRegex(ValueError, "received: 'best'"):
            discarding.rule("best")

    @parameterized.parameters(
        (0, ValueError), (1.5, TypeError), (True, TypeError), ("2", TypeError)
    )
    def test_counts(self, count, kind):
        with self.assertRaisesRegex(kind, "`min_epochs` must be a whole"):
            discarding.MedianStopping(min_epochs=count)
        with self.assertRaisesRegex(ValueError, "`factor` must be a whole"):
            discarding.SuccessiveHalving(factor=1)


if __name__ == "__main__":
    absltest.main()
