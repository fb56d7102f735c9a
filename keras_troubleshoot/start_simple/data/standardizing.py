"""How the features of one input are standardized, and what is in the way."""

import warnings

import numpy as np

from keras_troubleshoot.facts import sample as sample_lib
from keras_troubleshoot.start_simple.data import scaling as scaling_lib
from keras_troubleshoot.start_simple.data.scaling import Scaling
from keras_troubleshoot.start_simple.data.survey import Seen


def of_features(seen: Seen, missing: str) -> Scaling:
    """Standardizes each feature.

    Raises:
        sample.UnreadableData: NaN or inf.
    """
    moments = seen.moments
    require_finite(seen, missing)
    std = np.sqrt(moments.variance)
    still = np.flatnonzero(moments.constant)
    if len(still):
        warnings.warn(
            f"`{seen.label}` has one value in all rows in "
            f"{features(still)} of {len(std)}; it carries nothing, and is "
            "only centred.",
            stacklevel=2,
        )
    std = np.where(moments.constant, 1.0, std)
    coarse = np.abs(moments.mean) > scaling_lib.COARSE * std
    coarse = np.flatnonzero(coarse & ~moments.constant)
    if len(coarse) and seen.type == "float64":
        first = int(coarse[0])
        warnings.warn(
            f"`{seen.label}` has a mean of {moments.mean[first]:.6g} and a "
            f"standard deviation of {std[first]:.3g} in feature {first}: "
            "Keras feeds float32, which rounds that away. Subtract the mean "
            "before.",
            stacklevel=2,
        )
    return Scaling(
        seen.kind.value,
        tuple(moments.mean.tolist()),
        tuple(std.tolist()),
        fill=missing == "mean",
        unit=() if seen.unit is None else tuple(seen.unit.tolist()),
        rank=1 + max(1, len(seen.shape)),
    )


def require_finite(seen: Seen, missing: str) -> None:
    """Refuses NaN, unless it is to be filled in, and inf.

    Raises:
        sample.UnreadableData: naming the features.
    """
    moments = seen.moments
    infinite = np.flatnonzero(moments.infinite)
    missed = np.flatnonzero(moments.missing) if missing == "error" else []
    if len(infinite):
        count, what, where = moments.infinite.sum(), "infinite", infinite
    elif len(missed):
        count, what, where = moments.missing.sum(), "missing", missed
    else:
        return
    other = ", or pass `missing='mean'`" if what == "missing" else ""
    raise sample_lib.unreadable(
        f"`{seen.label}` must hold finite numbers, received: {count} {what} "
        f"values in {features(where)}.",
        f"drop these rows, or fill them in{other}",
        where=seen.label,
        rule="input-non-finite",
    )


def features(places: np.ndarray, most: int = 8) -> str:
    """Names features by their numbers."""
    told = ", ".join(str(place) for place in places[:most])
    more = ", ..." if len(places) > most else ""
    return f"feature{'s' if len(places) > 1 else ''} {told}{more}"
