"""The recipe for KubeRay, as far as it goes without a cluster."""

import importlib.util
import pathlib
import shlex
import unittest

from absl import flags
from absl.testing import absltest

import keras_troubleshoot
from keras_troubleshoot.cli import tune

ROOT = pathlib.Path(keras_troubleshoot.__file__).parent.parent
RECIPE = ROOT / "docs" / "recipes" / "tune-kuberay.yaml"


@unittest.skipUnless(importlib.util.find_spec("yaml"), "needs PyYAML")
class KubeRayTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        import yaml

        self.claim, self.job = yaml.safe_load_all(RECIPE.read_text())
        cluster = self.job["spec"]["rayClusterSpec"]
        self.head = cluster["headGroupSpec"]
        (self.workers,) = cluster["workerGroupSpecs"]
        program, command, *arguments = shlex.split(
            self.job["spec"]["entrypoint"]
        )
        self.assertEqual([program, command], ["keras-troubleshoot", "tune"])
        self.values = flags.FlagValues()
        self.values.set_gnu_getopt(True)
        tune.define_flags(self.values)
        self.values(["tune", *arguments])
        tune.require_together(self.values)

    def test_as_many_trials_as_there_is_room_for(self):
        self.assertEqual(self.values.engine, "ray")
        (container,) = self.workers["template"]["spec"]["containers"]
        cpus = int(container["resources"]["limits"]["cpu"])
        room = cpus // self.values.num_cpus * self.workers["replicas"]
        self.assertEqual(room, self.values.workers)
        self.assertEqual(self.head["rayStartParams"]["num-cpus"], "0")

    def test_all_share_the_folder_and_the_image(self):
        name = self.claim["metadata"]["name"]
        self.assertEqual(self.claim["spec"]["accessModes"], ["ReadWriteMany"])
        images = set()
        for group in (self.head, self.workers):
            spec = group["template"]["spec"]
            (volume,), (container,) = spec["volumes"], spec["containers"]
            claimed = volume["persistentVolumeClaim"]["claimName"]
            self.assertEqual(claimed, name)
            (mount,) = container["volumeMounts"]
            self.assertEqual(mount["name"], volume["name"])
            self.assertEqual(mount["mountPath"], self.values.directory)
            images.add(container["image"])
        self.assertLen(images, 1)


if __name__ == "__main__":
    absltest.main()
