"""Published results, each with its source.

Only values that stand in the source are here; a published error rate of 0.95%
is an accuracy of 0.9905. Where one source gives several values for the same
kind of model, the row is their range.
"""

from collections.abc import Iterator

from keras_troubleshoot.debugging.known.known_result import TRUST
from keras_troubleshoot.debugging.known.known_result import KnownResult
from keras_troubleshoot.debugging.known.sources import SOURCES

_, OFFICIAL, UNOFFICIAL, PAPER, _, _, SIMPLE = TRUST
AUGMENTED = "with shifts and mirroring"
FOLDS = "mean of 10 folds"
PHRASES = "trained on phrases, too"
ALL_ROWS = "with the rows that have unknown values"

# Rows of the training and the test set, as published; None where results are
# from cross-validation.
SIZES = {
    "MNIST": (60_000, 10_000),
    "Fashion-MNIST": (60_000, 10_000),
    "USPS": (7_291, 2_007),
    "CIFAR-10": (50_000, 10_000),
    "CIFAR-100": (50_000, 10_000),
    "ImageNet": (1_281_167, 50_000),
    "IMDB": (25_000, 25_000),
    "rt_polarity": (9_596, None),
    "SST-2": (6_920, 1_821),
    "adult": (30_162, 15_060),
    "California housing": (13_209, 4_128),
    "ETTh1, 24 hours ahead": (8_640, 2_880),
    "ETTh1, 96 hours ahead": (8_640, 2_880),
}
# The metric of each data set where it is not the accuracy, and its units.
METRICS = {
    "California housing": ("RMSE", "in 100,000 dollars"),
    "ETTh1, 24 hours ahead": ("MSE", "all 7 columns, standardized"),
    "ETTh1, 96 hours ahead": ("MSE", "all 7 columns, standardized"),
}
# Of each data set: architecture, value or range, trust, source, note.
RESULTS = {
    "MNIST": (
        ("LeNet-5", 0.9905, PAPER, "lecun"),
        ("LeNet-5", 0.992, PAPER, "lecun", "with distortions"),
        ("LeNet-1", 0.983, PAPER, "lecun"),
        ("MLP, 300 hidden units", 0.953, PAPER, "lecun"),
        ("MLP, 300 and 100 hidden units", 0.9695, PAPER, "lecun"),
        ("MLP, 800 hidden units", 0.984, PAPER, "simard"),
        ("linear classifier", 0.88, SIMPLE, "lecun"),
        ("linear classifier", 0.916, SIMPLE, "lecun", "deskewed"),
        ("nearest neighbours", 0.95, SIMPLE, "lecun"),
        ("nearest neighbours", 0.9691, SIMPLE, "wilder"),
    ),
    "Fashion-MNIST": (
        ("CNN, two convolutions", (0.876, 0.932), UNOFFICIAL, "fashion"),
        ("MLP 256-128-64", 0.9, UNOFFICIAL, "fashion"),
        ("ResNet-18", 0.949, UNOFFICIAL, "fashion", AUGMENTED),
        ("DenseNet-BC", 0.954, UNOFFICIAL, "fashion", AUGMENTED),
        ("WRN-40-4", 0.967, UNOFFICIAL, "fashion", AUGMENTED),
        ("gradient boosting", 0.898, SIMPLE, "fashion"),
    ),
    "USPS": (
        ("LeNet-1", 0.949, PAPER, "vapnik"),
        ("MLP, two layers", 0.941, PAPER, "vapnik"),
        ("decision tree", 0.838, SIMPLE, "vapnik"),
    ),
    "CIFAR-10": (
        ("ResNet-20", 0.9125, OFFICIAL, "resnet", AUGMENTED),
        ("ResNet-32", 0.9249, OFFICIAL, "resnet", AUGMENTED),
        ("ResNet-56", 0.9303, OFFICIAL, "resnet", AUGMENTED),
        ("ResNet-110", (0.9339, 0.9357), OFFICIAL, "resnet", AUGMENTED),
        ("ResNet-110 v2", 0.9363, OFFICIAL, "preact", AUGMENTED),
        ("ResNet-164 v2", 0.9454, OFFICIAL, "preact", AUGMENTED),
        ("ResNet-1001 v2", 0.9508, OFFICIAL, "preact", AUGMENTED),
    ),
    "CIFAR-100": (
        ("ResNet-164 v2", 0.7567, OFFICIAL, "preact", AUGMENTED),
        ("ResNet-1001 v2", 0.7729, OFFICIAL, "preact", AUGMENTED),
    ),
    "ImageNet": (
        ("VGG16", 0.713, OFFICIAL, "keras", "top 1"),
        ("ResNet50", 0.749, OFFICIAL, "keras", "top 1"),
        ("MobileNetV2", 0.713, OFFICIAL, "keras", "top 1"),
    ),
    "IMDB": (
        ("word vectors", 0.8889, PAPER, "maas", "with unlabelled reviews"),
        ("NBSVM, bigrams", 0.9122, PAPER, "wang"),
        ("naive Bayes, words", 0.8355, SIMPLE, "wang"),
        ("naive Bayes, bigrams", 0.8659, SIMPLE, "wang"),
    ),
    "rt_polarity": (
        ("CNN-rand", 0.761, OFFICIAL, "kim", FOLDS),
        ("CNN-static", 0.81, OFFICIAL, "kim", FOLDS),
        ("CNN-non-static", 0.815, OFFICIAL, "kim", FOLDS),
        ("NBSVM, bigrams", 0.794, PAPER, "wang", FOLDS),
        ("naive Bayes, bigrams", 0.79, SIMPLE, "wang", FOLDS),
    ),
    "SST-2": (
        ("CNN-rand", 0.827, OFFICIAL, "kim", PHRASES),
        ("CNN-static", 0.868, OFFICIAL, "kim", PHRASES),
        ("CNN-non-static", 0.872, OFFICIAL, "kim", PHRASES),
        ("RNTN", 0.854, PAPER, "socher", PHRASES),
    ),
    "adult": (
        ("MLP", 0.852, OFFICIAL, "rtdl", ALL_ROWS),
        ("FT-Transformer", 0.859, OFFICIAL, "rtdl", ALL_ROWS),
        ("NBTree", 0.859, PAPER, "adult"),
        ("naive Bayes", 0.8388, SIMPLE, "adult"),
        ("decision tree", (0.8446, 0.8554), SIMPLE, "adult"),
        ("nearest neighbours", (0.7858, 0.7965), SIMPLE, "adult"),
    ),
    "California housing": (
        ("MLP", 0.499, OFFICIAL, "rtdl"),
        ("ResNet", 0.486, OFFICIAL, "rtdl"),
        ("FT-Transformer", 0.459, OFFICIAL, "rtdl"),
    ),
    "ETTh1, 24 hours ahead": (("Informer", 0.577, OFFICIAL, "informer"),),
    "ETTh1, 96 hours ahead": (
        ("DLinear", 0.375, OFFICIAL, "dlinear"),
        ("Autoformer", 0.449, OFFICIAL, "dlinear"),
        ("Informer", 0.865, OFFICIAL, "dlinear"),
        ("repeat the last value", 1.295, SIMPLE, "dlinear"),
    ),
}


def rows() -> Iterator[KnownResult]:
    """All rows, in the order in which they stand here."""
    for dataset, results in RESULTS.items():
        metric, unit = METRICS.get(dataset, ("accuracy", ""))
        for architecture, value, trust, key, *note in results:
            low, high = value if isinstance(value, tuple) else (value, value)
            yield KnownResult(
                *(dataset, architecture, metric, low, high, trust),
                *SOURCES[key],
                note=", ".join(filter(None, (unit, *note))),
            )
