"""`keras-troubleshoot tune`: flags, roles, files."""

import json
import os
import signal
import socket
import subprocess
import sys

import numpy as np
from absl.testing import absltest

from tests.cli import calling

BUILDER = """
import keras

def build(hp):
    model = keras.Sequential([keras.layers.Dense(1)])
    rate = hp.Float("rate", 1e-3, 0.1, sampling="log")
    model.compile(keras.optimizers.SGD(rate), "mse")
    return model

def broken(hp):
    raise LookupError("no such thing")
"""
FEW = ("--max_trials=3", "--epochs=1", "--seeds=0", "--seed=0")


class FolderTestCase(calling.CommandTestCase):
    def setUp(self):
        super().setUp()
        self.write("builder.py", BUILDER)
        x = np.random.default_rng(0).normal(size=(60, 2))
        y = x.sum(axis=1)
        self.arrays = {"x": x[:40], "y": y[:40]}
        self.held = {"x_val": x[40:50], "y_val": y[40:50]}
        self.save("d.npz", **self.arrays, **self.held)

    def save(self, name, **arrays):
        np.savez(self.folder / name, **arrays)


class TuneTest(FolderTestCase):
    def tune(self, *flags, builder="builder.py:build"):
        return calling.call("tune", builder, "--data=d.npz", *FEW, *flags)

    def test_a_search_and_its_resumption(self):
        ended = self.tune("--json=s.json", "--html=s.html")
        self.assertEqual(ended.code, 0, ended.err)
        self.assertIn("3 trials in tuned/search", ended.out)
        self.assertIn("rate=", ended.out)
        found = json.loads((self.folder / "s.json").read_text())
        self.assertLen(found["trials"], 3)
        best = min(found["trials"], key=lambda trial: trial["score"])
        self.assertEqual(found["best"], best["id"])
        self.assertEqual(found["values"], best["values"])
        self.assertIn("rate", (self.folder / "s.html").read_text())
        again = self.tune("--max_trials=4")
        self.assertIn("4 trials", again.out, again.err)
        self.assertLen(list((self.folder / "tuned/search").glob("trial_*")), 4)

    def test_other_validation_and_test_data(self):
        x, y = self.held["x_val"], self.held["y_val"]
        self.save("d.npz", **self.arrays, x_test=x, y_test=y)
        self.save("v.npz", x=x, y=y)
        ended = self.tune(
            "--validation=v.npz",
            "--seeds=1",
            "--finalists=1",
            "--objective=val_loss",
            "--direction=min",
            "--batch_size=8",
            "--early_discard=median",
        )
        self.assertEqual(ended.code, 0, ended.err)
        self.assertIn("On data that nothing was chosen by", ended.out)

    def test_workers(self):
        ended = self.tune("--workers=1")
        self.assertEqual(ended.code, 0, ended.err)
        self.assertIn("3 trials in tuned/search", ended.out)

    def test_what_will_not_do(self):
        self.save("novalidation.npz", **self.arrays)
        self.save("notargets.npz", x=self.arrays["x"], **self.held)
        address = "--chief_address=localhost:1"
        for flags, sentence in (
            (["--role=boss", address], "must be chief or worker"),
            (["--role=chief"], "go together"),
            ([address], "go together"),
            (["--role=chief", address, "--workers=2"], "leave those out"),
            (["--role=worker", address, "--html=a"], "for the chief"),
            (["--role=chief", "--chief_address=x"], "HOST:PORT"),
            (["--num_gpus=1"], "for --engine=ray"),
            (["--data=no.npz"], "not there"),
            (["--data=novalidation.npz"], "--validation"),
            (["--data=notargets.npz"], "--y_key"),
            (["--method=luck"], "`method` must be one of"),
            (["--engine=slurm"], "`engine` must be"),
            (["--max_trials=0"], "max_trials"),
            (["--early_discard=yes"], "`early_discard`"),
        ):
            with self.subTest(sentence):
                self.assert_cannot_judge(self.tune(*flags), sentence)
        for builder, sentence in (
            ("builder.py", "must be FILE.py:NAME"),
            ("builder.py:no", "has none"),
            ("builder.py:broken", "no such thing"),
        ):
            with self.subTest(builder):
                ended = self.tune(builder=builder)
                self.assert_cannot_judge(ended, sentence)


class RolesTest(FolderTestCase):
    def start(self, role, *flags):
        # Started in the background, as by Bazel, it would ignore Ctrl-C.
        command = (
            "import signal, sys; from keras_troubleshoot.cli import main;"
            "signal.signal(signal.SIGINT, signal.default_int_handler);"
            "sys.exit(main.main())"
        )
        path = {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        started = subprocess.Popen(
            [
                *(sys.executable, "-c", command),
                *("tune", "builder.py:build", "--data=d.npz", *FEW),
                *(f"--role={role}", f"--chief_address={self.address}", *flags),
            ],
            env={**os.environ, **path},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(started.kill)
        return started

    def setUp(self):
        super().setUp()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"

    def test_a_chief_and_a_worker(self):
        worker = self.start("worker", "--directory=elsewhere")
        chief = self.start("chief")
        out, err = chief.communicate(timeout=90)
        self.assertEqual(chief.returncode, 0, err)
        self.assertIn("3 trials in tuned/search", out)
        out, err = worker.communicate(timeout=30)
        self.assertEqual((worker.returncode, out), (0, ""), err)
        self.assertNotIn("Traceback", err)

    def test_ctrl_c(self):
        chief = self.start("chief")
        with chief.stderr:
            # Not before: what starts TensorFlow may swallow an exception.
            for line in chief.stderr:
                if line.startswith("The chief hands out trials at 127.0.0.1"):
                    chief.send_signal(signal.SIGINT)
        self.assertEqual(chief.wait(30), 130)


if __name__ == "__main__":
    absltest.main()
