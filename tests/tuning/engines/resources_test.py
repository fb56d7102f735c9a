"""`resources`: shares of a machine."""

from unittest import mock

from absl.testing import absltest

from keras_troubleshoot.tuning.engines import resources


class ResourcesTest(absltest.TestCase):
    def environment(self, worker, workers, given=None, gpus=0, processors=8):
        with mock.patch.object(resources, "processors", lambda: processors):
            return resources.environment(worker, workers, given or {}, gpus)

    def test_processors_are_shared(self):
        self.assertEqual(self.environment(0, 3)["TF_NUM_INTRAOP_THREADS"], "2")
        self.assertEqual(self.environment(0, 20)["OMP_NUM_THREADS"], "1")

    def test_gpus_are_dealt(self):
        dealt = [
            self.environment(n, 3, gpus=2)["CUDA_VISIBLE_DEVICES"]
            for n in range(3)
        ]
        self.assertEqual(dealt, ["0", "1", "0"])
        given = {"CUDA_VISIBLE_DEVICES": "4,6"}
        second = self.environment(1, 3, given, gpus=2)
        self.assertEqual(second["CUDA_VISIBLE_DEVICES"], "6")
        self.assertNotIn("CUDA_VISIBLE_DEVICES", self.environment(0, 2))
        one = self.environment(1, 2, gpus=1)
        self.assertNotIn("CUDA_VISIBLE_DEVICES", one)
        self.assertEqual(one["TF_FORCE_GPU_ALLOW_GROWTH"], "true")

    def test_what_the_user_set_stays(self):
        given = {"OMP_NUM_THREADS": "5", "CUDA_VISIBLE_DEVICES": ""}
        made = self.environment(0, 4, given, gpus=0)
        self.assertEqual(made["OMP_NUM_THREADS"], "5")
        self.assertEqual(made["CUDA_VISIBLE_DEVICES"], "")

    def test_this_machine(self):
        self.assertGreaterEqual(resources.processors(), 1)


if __name__ == "__main__":
    absltest.main()
