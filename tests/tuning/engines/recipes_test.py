"""The recipes for clusters, as far as they go without one."""

import importlib.util
import os
import pathlib
import stat
import subprocess
import tempfile
import unittest

from absl import flags
from absl.testing import absltest

import keras_troubleshoot
from keras_troubleshoot.cli import tune

ROOT = pathlib.Path(keras_troubleshoot.__file__).parent.parent
RECIPES = ROOT / "docs" / "recipes"
# What Slurm offers, of one machine.
SRUN = """#!/bin/bash
shift  # Its own flag.
for task in 0 1 2; do SLURM_PROCID=$task "$@" & done
wait
"""
SCONTROL = """#!/bin/bash
echo node1; echo node2
"""
COMMAND = """#!/bin/bash
printf '%s\\n' "$@" > "$SEEN/$SLURM_PROCID"
"""


def parsed(arguments):
    """The flags of the command line, as it reads them."""
    values = flags.FlagValues()
    values.set_gnu_getopt(True)
    tune.define_flags(values)
    positional = values(["tune", *arguments])[1:]
    tune.require_together(values)
    return values, positional


class SlurmTest(absltest.TestCase):
    def run_script(self, *arguments):
        """The arguments of each task."""
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        programs = {
            "srun": SRUN,
            "scontrol": SCONTROL,
            "keras-troubleshoot": COMMAND,
        }
        for name, text in programs.items():
            (folder / name).write_text(text)
            (folder / name).chmod(stat.S_IRWXU)
        seen = folder / "seen"
        seen.mkdir()
        subprocess.run(
            ["bash", RECIPES / "tune.sbatch", *arguments],
            check=True,
            env={
                "PATH": f"{folder}:{os.environ['PATH']}",
                "SEEN": str(seen),
                "SLURM_JOB_ID": "123456",
                "SLURM_JOB_NODELIST": "node[1-2]",
            },
        )
        return [
            (seen / str(task)).read_text().splitlines() for task in range(3)
        ]

    def test_a_chief_and_workers(self):
        chief, *workers = self.run_script(
            "my builder.py:build", "--data=d.npz", "--max_trials=7"
        )
        values, positional = parsed(chief[1:])
        self.assertEqual(positional, ["my builder.py:build"])
        self.assertEqual(values.role, "chief")
        self.assertEqual(values.chief_address, "0.0.0.0:23456")
        for worker in workers:
            values, _ = parsed(worker[1:])
            self.assertEqual(values.role, "worker")
            self.assertEqual(values.chief_address, "node1:23456")
            self.assertEqual(values.max_trials, 7)
            self.assertEqual(worker[:-2], chief[:-2])


@unittest.skipUnless(importlib.util.find_spec("yaml"), "needs PyYAML")
class KubernetesTest(absltest.TestCase):
    def setUp(self):
        super().setUp()
        import yaml

        text = (RECIPES / "tune-kubernetes.yaml").read_text()
        self.objects = {
            (made["kind"], made["metadata"]["name"]): made
            for made in yaml.safe_load_all(text)
        }

    def pod(self, role):
        template = self.objects["Job", f"tune-{role}"]["spec"]["template"]
        (container,) = template["spec"]["containers"]
        return template, container

    def test_the_same_command_but_for_the_role(self):
        chief, worker = (
            self.pod(role)[1]["command"] for role in ("chief", "worker")
        )
        self.assertEqual(chief[:-2], worker[:-2])
        self.assertEqual(chief[0:2], ["keras-troubleshoot", "tune"])
        for command, role in ((chief, "chief"), (worker, "worker")):
            values, _ = parsed(command[2:])
            self.assertEqual(values.role, role)

    def test_the_service_leads_to_the_chief(self):
        service = self.objects["Service", "tune-chief"]["spec"]
        policy = self.objects["NetworkPolicy", "tune-chief"]["spec"]
        labels = self.pod("chief")[0]["metadata"]["labels"]
        self.assertEqual(service["selector"], labels)
        self.assertEqual(policy["podSelector"]["matchLabels"], labels)
        (allowed,) = policy["ingress"]
        self.assertEqual(
            allowed["from"][0]["podSelector"]["matchLabels"],
            self.pod("worker")[0]["metadata"]["labels"],
        )
        (port,) = service["ports"]
        self.assertEqual(allowed["ports"], [{"port": port["port"]}])
        addresses = [
            parsed(self.pod(role)[1]["command"][2:])[0].chief_address
            for role in ("chief", "worker")
        ]
        self.assertEqual(addresses, ["0.0.0.0:8000", "tune-chief:8000"])

    def test_all_share_the_folder(self):
        claim = self.objects["PersistentVolumeClaim", "tune-search"]
        self.assertEqual(claim["spec"]["accessModes"], ["ReadWriteMany"])
        for role in ("chief", "worker"):
            template, container = self.pod(role)
            (volume,) = template["spec"]["volumes"]
            (mount,) = container["volumeMounts"]
            self.assertEqual(
                volume["persistentVolumeClaim"]["claimName"], "tune-search"
            )
            self.assertEqual(mount["name"], volume["name"])
            values, _ = parsed(container["command"][2:])
            self.assertEqual(values.directory, mount["mountPath"])


if __name__ == "__main__":
    absltest.main()
