"""How long `find_duplicates` takes at a million rows, and what it finds.

Rows of independent normal numbers, among which copies are planted: equal
ones, and near ones at distances from 0 to the threshold. Every pair that is
found between two other rows is counted as false. Runs in this process; the
peak of its memory holds the data themselves and the imports. The last line is
one JSON object of the figures.
"""

import json
import resource
import time

import numpy as np
from absl import app
from absl import flags

FLAGS = flags.FLAGS
flags.DEFINE_integer("rows", 1_000_000, "rows")
flags.DEFINE_integer("columns", 64, "columns of float32")
flags.DEFINE_integer("planted", 5000, "copies of each kind")
flags.DEFINE_integer("seed", 0, "of the data")
flags.DEFINE_bool("quick", False, "a tenth of the rows and copies")


def plant(x, count, rng, radius):
    """Writes copies into the second half; returns pairs and distances.

    Args:
        x: shape (rows, columns); written to.
        count: of equal rows, and of near ones.
        rng: what is drawn from.
        radius: the largest distance of near ones.
    """
    half = len(x) // 2
    source = rng.permutation(half)[: 2 * count]
    target = half + rng.permutation(len(x) - half)[: 2 * count]
    way = rng.standard_normal((2 * count, x.shape[1]))
    way /= np.linalg.norm(way, axis=1, keepdims=True)
    far = rng.uniform(0, radius, (2 * count, 1))
    far[:count] = 0
    x[target] = x[source] + (far * way).astype("float32")
    return source, target, far[:, 0]


def main(argv):
    """Measures all of it."""
    if len(argv) > 1:
        raise app.UsageError(f"Too many arguments: {argv[1:]}")
    from keras_troubleshoot.improvement.rows import alike
    from keras_troubleshoot.improvement.rows import spacing
    from keras_troubleshoot.improvement.rows.find_duplicates import (
        find_duplicates,
    )

    scale = 10 if FLAGS.quick else 1
    rows, count = FLAGS.rows // scale, FLAGS.planted // scale
    rng = np.random.default_rng(FLAGS.seed)
    x = rng.standard_normal((rows, FLAGS.columns), dtype="float32")
    radius = alike.SHARE * spacing.measure(x, 0).median
    source, target, far = plant(x, count, rng, radius)
    before = time.perf_counter(), time.process_time()
    found = find_duplicates(x)
    seconds = time.perf_counter() - before[0]
    busy = time.process_time() - before[1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    met = (found.group[source] == found.group[target]) & (
        found.group[source] >= 0
    )
    planted = np.zeros(rows, bool)
    planted[source], planted[target] = True, True
    near = np.arange(2 * count) >= count
    figures = {
        "rows": rows,
        "columns": FLAGS.columns,
        "seconds": seconds,
        "processor_seconds": busy,
        "peak_gib": peak,
        "recall_equal": float(met[~near].mean()),
        "recall_near": float(met[near].mean()),
        "recall_outer_tenth": float(met[near & (far > 0.9 * radius)].mean()),
        "false_rows": int(((found.group >= 0) & ~planted).sum()),
    }
    print(found)
    for name, value in figures.items():
        print(f"{name:20} {value:,.4g}")
    print(json.dumps(figures))


if __name__ == "__main__":
    app.run(main)
