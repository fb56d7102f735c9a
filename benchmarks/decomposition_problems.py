"""Real problems with a second domain, for `decomposition.py`.

Each problem is a table, rows of pixels, or counts of words, cut to what trains
within seconds, with another domain whose rows have the same columns.
"""

import dataclasses
import pathlib
from collections.abc import Callable

import numpy as np

HOURS, AHEAD = 48, 24
# The most frequent words, as columns: of more, a network on some thousand
# sentences learns by heart, and no other shortage can be seen.
WORDS = 200


@dataclasses.dataclass(frozen=True)
class Problem:
    """Rows of one domain, and some of another.

    Attributes:
        x: inputs, shape (rows, columns).
        y: class ids, or amounts in standard deviations.
        other: inputs and targets of another domain.
        irreducible: error of gradient boosting on the source domain, or of
            what is better, trained on as much as there is: what a strong
            baseline reaches.
    """

    x: np.ndarray
    y: np.ndarray
    other: tuple[np.ndarray, np.ndarray]
    irreducible: float

    @property
    def regression(self) -> bool:
        """Whether the targets are amounts."""
        return self.y.dtype.kind == "f"


def load(folder: str, name: str):
    """One file of the data."""
    return np.load(pathlib.Path(folder) / f"{name}.npz", allow_pickle=False)


def adult(folder: str) -> Problem:
    """Incomes of people who are not married; the others are the married."""
    z = load(folder, "adult_census")
    x, y = z["num_train"].astype("float32"), z["y_train"].astype("int32")
    names = [f"vocab_{name}" for name in z["categorical_names"]]
    hot = [
        np.eye(len(z[name]))[z["cat_train"][:, place]]
        for place, name in enumerate(names)
    ]
    x = np.concatenate([x, *hot], axis=1).astype("float32")
    words = list(z["vocab_marital_status"])
    place = list(z["categorical_names"]).index("marital_status")
    state = z["cat_train"][:, place]
    married = state == next(
        i
        for i, w in enumerate(words)
        if str(w).strip().startswith("Married-civ")
    )
    old = x[:, 0] > np.median(x[:, 0])
    source = ~married | ~old
    return Problem(
        x[source], y[source], (x[~source], y[~source]), irreducible=0.09
    )


def california(folder: str) -> Problem:
    """House values of the south; the other domain is the north."""
    z = load(folder, "california_housing")
    x, y = z["x"], z["y"].astype("float32")
    x = np.where(np.isnan(x), np.nanmedian(x, axis=0), x).astype("float32")
    y = (y - y.mean()) / y.std()
    columns = [str(name) for name in z["feature_names"]]
    latitude = x[:, columns.index("latitude")]
    south = latitude < 36
    return Problem(x[south], y[south], (x[~south], y[~south]), irreducible=0.18)


def mnist(folder: str) -> Problem:
    """Digits, every second pixel; the other domain has them turned round."""
    z = load(folder, "mnist")
    rng = np.random.default_rng(0)
    rows = rng.permutation(len(z["x_train"]))[:12_000]
    small = z["x_train"][rows][:, ::2, ::2].astype("float32") / 255
    y = z["y_train"][rows].astype("int32")
    turned = 1 - small[6000:]
    return Problem(
        small[:6000].reshape(6000, -1),
        y[:6000],
        (turned.reshape(6000, -1), y[6000:]),
        irreducible=0.02,
    )


def reviews(folder: str) -> Problem:
    """Sentences of film critics; the other domain are whole reviews.

    These are easier, so that no shift is to be found.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    z = load(folder, "rt_polarity")
    text = z["text_utf8"].tobytes().decode("utf8").split("\n")[: len(z["y"])]
    long = load(folder, "movie_review_polarity")
    other = long["text_utf8"].tobytes().decode("utf8").split("\x00")
    other = other[: len(long["y"])]
    words = TfidfVectorizer(max_features=WORDS, sublinear_tf=True).fit(text)
    x = words.transform(text).toarray().astype("float32") * 10
    x_other = words.transform(other).toarray().astype("float32") * 10
    y = z["y"].astype("int32")
    return Problem(x, y, (x_other, long["y"].astype("int32")), irreducible=0.34)


def station(folder: str) -> Problem:
    """Oil temperature a day ahead; the other domain is the other station."""
    z = load(folder, "ett_hourly")

    def windows(values):
        scaled = (values - values.mean(axis=0)) / values.std(axis=0)
        cut = np.lib.stride_tricks.sliding_window_view(scaled, HOURS, axis=0)
        x = cut[:-AHEAD].transpose(0, 2, 1)[::2]
        y = scaled[HOURS - 1 + AHEAD :, -1][::2]
        return x.reshape(len(x), -1).astype("float32"), y.astype("float32")

    x, y = windows(z["etth1"].astype("float64"))
    return Problem(x, y, windows(z["etth2"].astype("float64")), 0.06)


def movement(folder: str) -> Problem:
    """Whether a person changes rooms, in two houses; the other is a third."""
    z = load(folder, "indoor_movement")
    x, length = z["x"], z["length"]
    last = np.stack([row[n - 16 : n] for row, n in zip(x, length, strict=True)])
    # The level of each anchor, and how it changes: 200 rows bear no more.
    halves = last[:, :8].mean(axis=1), last[:, 8:].mean(axis=1)
    table = np.concatenate([sum(halves), halves[1] - halves[0]], axis=1)
    table = table.astype("float32")
    y = (z["y"] == z["y"].max()).astype("int32")
    third = z["environment"] == 3
    return Problem(
        table[~third], y[~third], (table[third], y[third]), irreducible=0.18
    )


def wine(folder: str) -> Problem:
    """Marks of red wines; the other domain are the white ones."""
    z = load(folder, "wine_quality")
    y, other = z["y_red"].astype("float32"), z["y_white"].astype("float32")
    mean, deviation = y.mean(), y.std()
    return Problem(
        z["x_red"],
        (y - mean) / deviation,
        (z["x_white"], (other - mean) / deviation),
        irreducible=0.5,
    )


PROBLEMS: dict[str, Callable[[str], Problem]] = {
    "adult": adult,
    "california": california,
    "mnist": mnist,
    "rt_polarity": reviews,
    "ett_hourly": station,
    "indoor_movement": movement,
    "wine": wine,
}
