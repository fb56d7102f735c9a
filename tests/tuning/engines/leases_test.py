"""`Leases`: who trains what, until when."""

import math

from absl.testing import absltest

from keras_troubleshoot.tuning.engines.leases import Leases
from tests.tuning.engines import support


class LeasesTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        self.clock = support.Clock()
        self.leases = Leases(30.0, 3600.0, self.clock)

    def test_lapses_after_silence_only(self):
        self.leases.hold("0", "a")
        self.leases.hold("1", "b")
        self.clock.now = 20.0
        self.assertTrue(self.leases.renew("0", "a"))
        self.clock.now = 31.0
        self.assertEqual(self.leases.lapsed(), ["1"])
        self.clock.now = 51.0
        self.assertEqual(self.leases.lapsed(), ["0", "1"])
        self.leases.release("0")
        self.leases.release("never held")
        self.assertEqual(self.leases.lapsed(), ["1"])

    def test_silent_workers_have_longer(self):
        self.leases.hold("0", None)
        self.clock.now = 3599.0
        self.assertEmpty(self.leases.lapsed())
        self.clock.now = 3601.0
        self.assertEqual(self.leases.lapsed(), ["0"])

    def test_who_may_speak(self):
        self.leases.hold("0", "a")
        self.assertTrue(self.leases.allows("0", "a"))
        self.assertFalse(self.leases.allows("0", "b"))
        self.assertTrue(self.leases.allows("0", None))
        self.assertFalse(self.leases.renew("0", "b"))
        self.leases.expect("1")
        self.assertTrue(self.leases.allows("1", "b"))
        self.assertFalse(self.leases.renew("1", "b"))
        self.assertFalse(self.leases.allows("2", "b"))

    def test_without_end(self):
        leases = Leases(math.inf, math.inf, self.clock)
        leases.hold("0", "a")
        self.clock.now = 1e9
        self.assertEmpty(leases.lapsed())
        self.assertIsNone(leases.beat())
        self.assertEqual(self.leases.beat(), 30.0)


if __name__ == "__main__":
    absltest.main()
