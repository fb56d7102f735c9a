"""`spaces.restored`: keras-tuner's message sorts hyperparameters by type."""

import keras_tuner
from absl.testing import absltest

from keras_troubleshoot.tuning.engines import spaces


def everything():
    """One of each kind, a conditional one behind each parent."""
    hp = keras_tuner.HyperParameters()
    hp.Int("units", 1, 100, sampling="log")
    hp.Choice("kind", ["a", "b"])
    with hp.conditional_scope("kind", ["a"]):
        hp.Boolean("deep")
        with hp.conditional_scope("deep", [True]):
            hp.Float("drop", 0.0, 0.5, step=0.1)
            hp.Fixed("noise", 0.25)
    hp.Float("rate", 1e-4, 1.0, sampling="reverse_log")
    hp.Choice("size", [1, 2, 3], ordered=False, default=2)
    told = {"units": 7, "deep": True, "drop": 0.2, "noise": 0.25}
    hp.values = {**hp.values, **told}
    return hp


def over_the_wire(hp):
    return keras_tuner.HyperParameters.from_proto(hp.to_proto())


class RestoredTest(absltest.TestCase):
    def test_known_ones_are_as_they_were(self):
        sent = everything()
        received = over_the_wire(sent)
        names = [hp.name for hp in sent.space]
        self.assertNotEqual([hp.name for hp in received.space], names)
        restored = spaces.restored(received, everything())
        self.assertEqual(restored.get_config(), sent.get_config())

    def test_new_ones_stand_behind_what_they_depend_on(self):
        known = keras_tuner.HyperParameters()
        known.Float("rate", 1e-4, 1.0, sampling="reverse_log")
        restored = spaces.restored(over_the_wire(everything()), known)
        names = [hp.name for hp in restored.space]
        self.assertEqual(names[0], "rate")
        self.assertCountEqual(names, [hp.name for hp in everything().space])
        self.assertLess(names.index("kind"), names.index("deep"))
        self.assertLess(names.index("deep"), names.index("drop"))
        self.assertLess(names.index("deep"), names.index("noise"))
        self.assertEqual(restored.values, everything().values)

    def test_what_was_known_is_not_changed(self):
        known = keras_tuner.HyperParameters()
        spaces.restored(everything(), known)
        self.assertEmpty(known.space)


if __name__ == "__main__":
    absltest.main()
