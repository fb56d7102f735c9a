"""Whether `compare_models` finds planted differences, and why.

Each difference is planted in small networks in three ways, with several seeds,
beside a reference in Keras or one that was recorded in NumPy with the layout
of PyTorch; healthy pairs must be called the same. A plant counts as found
where the first layer (or weight) that is named is the right one, and so is
the cause that is named first, confirmed by numbers. The last line is one JSON
object of the figures.
"""

import json
import time

import planted_cases as cases
from absl import app
from absl import flags

FLAGS = flags.FLAGS
flags.DEFINE_integer("seeds", 3, "Seeds of each way.", lower_bound=1)
flags.DEFINE_bool("quick", False, "One seed of each.")
flags.DEFINE_bool("verbose", False, "Shows each comparison that fails.")


def planted(seeds):
    """Each difference: how often place and cause are right."""
    table = {}
    for name, (places, causes, ways) in cases.PLANTS.items():
        counts = {"runs": 0, "place": 0, "cause": 0, "seconds": 0.0}
        for place, compare in zip(places, ways, strict=True):
            for seed in range(seeds):
                begin = time.perf_counter()
                result = compare(seed)
                counts["seconds"] += time.perf_counter() - begin
                found = bool(result.first) and result.first.a == place
                first = result.causes[0] if result.causes else None
                right = first and first.confirmed and first.kind in causes
                counts["runs"] += 1
                counts["place"] += found
                counts["cause"] += bool(found and right)
                if FLAGS.verbose and not (found and right):
                    print(f"{name}, seed {seed}, {place}:\n{result}\n")
        table[name] = counts
        print(
            f"{name:24} {counts['runs']:4} {counts['place']:6} "
            f"{counts['cause']:6} {counts['seconds'] / counts['runs']:8.2f} s",
            flush=True,
        )
    return table


def healthy(seeds):
    """How often healthy pairs are called the same, and how near they come."""
    same, runs, largest = 0, 0, 0.0
    for name, compare in cases.HEALTHY.items():
        for seed in range(4 * seeds):
            result = compare(seed)
            runs, same = runs + 1, same + result.same
            parts = [c for part in result.parts for c in part.compared]
            excess = max(c.difference.excess for c in parts)
            largest = max(largest, excess)
            if FLAGS.verbose and not result.same:
                print(f"{name}, seed {seed}:\n{result}\n")
    print(
        f"healthy pairs: {same} of {runs} are called the same; the largest "
        f"difference is {largest:.2f} of what is allowed"
    )
    return {"runs": runs, "same": same, "largest": largest}


def main(argv):
    """Prints the table and the figures."""
    if len(argv) > 1:
        raise app.UsageError(f"Too many arguments: {argv[1:]}")
    seeds = 1 if FLAGS.quick else FLAGS.seeds
    print(f"{'planted':24} runs  place  cause      each")
    table = planted(seeds)
    figures = {"planted": table, "healthy": healthy(seeds)}
    runs = sum(row["runs"] for row in table.values())
    figures["found"] = sum(row["cause"] for row in table.values()) / runs
    print(f"Right place and cause: {100 * figures['found']:.1f}% of {runs}.")
    print(json.dumps(figures))


if __name__ == "__main__":
    app.run(main)
