"""`keras-troubleshoot compare`: exit codes, text and files."""

import json

from absl.testing import absltest

from keras_troubleshoot.report.report import Report
from tests.cli import calling
from tests.debugging.runs import recorded


class CompareTest(calling.CommandTestCase):
    def setUp(self):
        super().setUp()
        self.good = [
            self.write(f"good{seed}.json", recorded.as_json(recorded.run(seed)))
            for seed in range(3)
        ]

    def run_of(self, **change):
        return self.write(
            "new.json", recorded.as_json(recorded.run(9, **change))
        )

    def test_another_seed_is_healthy(self):
        ended = calling.call("compare", *self.good, f"--run={self.run_of()}")
        self.assertEqual(ended.code, 0, ended.out + ended.err)
        self.assertIn("behaves as 3 references", ended.out)

    def test_another_rate_differs(self):
        run = self.run_of(rate=10.0)
        ended = calling.call(
            "compare",
            *self.good,
            f"--run={run}",
            "--json=r.json",
            "--html=r.html",
            "--sarif=r.sarif",
        )
        self.assertEqual(ended.code, 1, ended.err)
        self.assertIn("learning rate", ended.out)
        report = Report.from_json((self.folder / "r.json").read_text())
        found = report.findings[0].evidence["differences"][0]
        self.assertEqual(
            (found["quantity"][:7], found["first"]), ("update/", 0)
        )
        self.assertIn("What differs", (self.folder / "r.html").read_text())
        sarif = json.loads((self.folder / "r.sarif").read_text())
        self.assertLen(sarif["runs"][0]["results"], 1)

    def test_fail_on_never(self):
        run = self.run_of(rate=10.0)
        ended = calling.call(
            "compare", *self.good, f"--run={run}", "--fail_on=never"
        )
        self.assertEqual(ended.code, 0, ended.err)

    def test_slower(self):
        run = self.run_of(slower=4.0)
        self.assertEqual(
            calling.call("compare", *self.good, f"--run={run}").code, 1
        )
        ended = calling.call(
            "compare", *self.good, f"--run={run}", "--slower=6"
        )
        self.assertEqual(ended.code, 0, ended.out)

    def test_what_cannot_be_judged(self):
        run = self.run_of()
        broken = self.write("broken.json", "{")
        for arguments, sentence in (
            ([f"--run={run}"], "takes the files"),
            ([self.good[0]], "--run must name a file"),
            ([self.good[0], "--run=no.json"], "which is not there"),
            (["no.json", f"--run={run}"], "'no.json' must be a run"),
            ([broken, f"--run={run}"], "what is no JSON"),
            ([self.good[0], f"--run={run}", "--slower=1"], "above 1"),
        ):
            with self.subTest(sentence):
                self.assert_cannot_judge(
                    calling.call("compare", *arguments), sentence
                )


if __name__ == "__main__":
    absltest.main()
