"""How the learning rate falls over a training."""

from typing import Any

CONSTANT, COMPILED = "constant", "compiled"
# The share of the first rate that an exponential decay ends with, and the
# share of the steps over which a warm-up rises (heuristic: 5% to 10% is usual).
END, RISE = 0.01, 0.05
# Steps where nothing is known: 20 epochs of 10,000 rows in batches of 32, as
# the builders of `kts.models` take them.
STEPS = 20 * 313
MADE = ("cosine", "exponential", "warmup_cosine")
# Arguments of the schedules of Keras that are rates.
RATES = (
    "initial_learning_rate",
    "end_learning_rate",
    "warmup_target",
    "values",
)


def made(name: str, rate: float, steps: int) -> Any:
    """A rate or a schedule.

    Args:
        name: "constant", "cosine" (to 0), "exponential" (to 1%), or
            "warmup_cosine" (from 0 over 5% of the steps, then to 0).
        rate: the highest.
        steps: of the whole training.

    Example:
        >>> float(made("cosine", 0.1, 10)(10)), made("constant", 0.1, 10)
        (0.0, 0.1)
    """
    from keras.optimizers import schedules

    if name == CONSTANT:
        return rate
    if name == "cosine":
        return schedules.CosineDecay(rate, steps)
    if name == "exponential":
        return schedules.ExponentialDecay(rate, steps, END)
    rise = max(1, round(RISE * steps))
    return schedules.CosineDecay(
        0.0, max(1, steps - rise), warmup_target=rate, warmup_steps=rise
    )


def peak(schedule: Any) -> float | None:
    """The highest rate of a schedule of Keras; None for others."""
    if not type(schedule).__module__.startswith("keras."):
        return None
    config = schedule.get_config()
    found = [config[name] for name in RATES if config.get(name) is not None]
    flat = [x for f in found for x in (f if isinstance(f, list) else [f])]
    try:
        return max((float(rate) for rate in flat), default=None)
    except (TypeError, ValueError):
        return None


def scaled(schedule: Any, factor: float) -> Any:
    """The same schedule of Keras with all rates multiplied.

    Example:
        >>> from keras.optimizers import schedules
        >>> short = schedules.PiecewiseConstantDecay([5], [0.1, 0.01])
        >>> round(float(scaled(short, 2.0)(6)), 6)
        0.02
    """
    config = schedule.get_config()
    for name in RATES:
        held = config.get(name)
        if isinstance(held, list):
            config[name] = [factor * float(rate) for rate in held]
        elif held is not None:
            config[name] = factor * float(held)
    return type(schedule).from_config(config)
