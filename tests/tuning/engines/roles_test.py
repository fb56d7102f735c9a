"""`roles`: keras-tuner's environment."""

import os
from unittest import mock

from absl.testing import absltest

from keras_troubleshoot.tuning.engines import roles

CHIEF = {
    "KERASTUNER_TUNER_ID": "chief",
    "KERASTUNER_ORACLE_IP": "10.0.0.1",
    "KERASTUNER_ORACLE_PORT": "8000",
}


class RolesTest(absltest.TestCase):
    def told(self, **environment):
        return mock.patch.dict(os.environ, environment, clear=True)

    def test_alone(self):
        with self.told(KERASTUNER_TUNER_ID="chief"):
            self.assertIsNone(roles.role())

    def test_chief_and_worker(self):
        with self.told(**CHIEF):
            self.assertEqual(roles.role(), "chief")
        with self.told(**{**CHIEF, "KERASTUNER_TUNER_ID": "gpu7"}):
            self.assertEqual(roles.role(), "worker")

    def test_a_part_of_it(self):
        with self.told(KERASTUNER_ORACLE_IP="10.0.0.1"):
            with self.assertRaisesRegex(ValueError, "PORT and .*TUNER_ID"):
                roles.role()

    def test_playing(self):
        with self.told(KERASTUNER_ORACLE_PORT="1", PATH="p"):
            with roles.playing("worker", "host:80", "w1"):
                self.assertEqual(roles.role(), "worker")
                self.assertEqual(os.environ[roles.HOST], "host")
                self.assertEqual(os.environ[roles.PORT], "80")
                self.assertEqual(os.environ[roles.TUNER_ID], "w1")
            self.assertEqual(
                dict(os.environ), {"KERASTUNER_ORACLE_PORT": "1", "PATH": "p"}
            )
            with roles.playing("chief", "host:80", "w1"):
                self.assertEqual(roles.role(), "chief")

    def test_no_address(self):
        for address in ("host", "host:", ":80", "host:a"):
            with self.assertRaisesRegex(ValueError, "HOST:PORT"):
                with roles.playing("worker", address, "w1"):
                    pass


if __name__ == "__main__":
    absltest.main()
