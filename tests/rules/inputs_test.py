"""Tests of the rules about inputs."""

import numpy as np
from absl.testing import absltest
from absl.testing import parameterized

from tests.rules import building
from tests.rules import checking
from tests.rules.cases import inputs as cases


class InputsTest(parameterized.TestCase):
    def test_constant_columns_of_wide_tables_are_left_alone(self):
        wide = building.normal(60, 41) * np.arange(1, 42)
        wide[:, 3] = 5
        for columns, count in ((40, 1), (41, 0)):
            facts = cases.with_input(wide[:, :columns])
            found = checking.found("input-constant-feature", facts)
            self.assertLen(found, count)


if __name__ == "__main__":
    absltest.main()
