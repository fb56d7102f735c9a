from absl.testing import absltest
from absl.testing import parameterized

from tests.tuning.coarse import support


class ResumeTest(support.Case):
    @parameterized.parameters(4, 12, 23)
    def test_the_same_trials_as_uninterrupted(self, until):
        options = {"rounds": 4}
        whole = self.search(folder="whole", **options).run()
        self.search(folder="broken", **options).run(until)
        resumed = self.search(folder="broken", **options)
        self.assertEqual(support.told(resumed.run()), support.told(whole))
        self.assertLen(whole, 24)

    def test_every_few_trials(self):
        whole = self.search(folder="whole", seed=0).run()
        for until in (6, 12, 18):
            self.search(folder="broken", seed=0).run(until)
        broken = self.search(folder="broken", seed=0)
        self.assertEqual(support.told(broken.run()), support.told(whole))

    def test_ranges_survive(self):
        tuner = self.search()
        tuner.run()
        again = self.search()
        self.assertEqual(again.explain(), tuner.explain())
        self.assertEqual(
            [r.get_config() for r in again.rounds],
            [r.get_config() for r in tuner.rounds],
        )

    def test_more_trials_go_on_with_more_rounds(self):
        self.search().run()
        tuner = self.search(max_trials=36)
        self.assertLen(set(support.told(tuner.run())), 36)
        self.assertGreaterEqual(tuner.rounds[-1].end, 36)

    def test_seeds(self):
        one = self.search(folder="a", seed=1).run()
        self.assertEqual(
            support.told(self.search(folder="b", seed=1).run()),
            support.told(one),
        )
        two = self.search(folder="c", seed=2).run()
        self.assertNotEqual(support.told(two), support.told(one))


if __name__ == "__main__":
    absltest.main()
