"""How sensitive a model is to each kind of hyperparameter.

The table of Full Stack Deep Learning, "Troubleshooting Deep Neural Networks",
stage "tune": rules of thumb, relative to good defaults.

| sensitivity | kinds |
|---|---|
| high | learning rate, its schedule, loss function, size of the layers |
| medium | initialization, depth, parameters of layers such as the kernel \
size, weight of the regularization |
| low | optimizer, its other parameters, batch size, nonlinearity |
"""

import dataclasses
import enum
import re


class Sensitivity(enum.IntEnum):
    """How much a result depends on a hyperparameter; sorts from high to low."""

    HIGH = 0
    MEDIUM = 1
    LOW = 2

    def __str__(self) -> str:
        return self.name.lower()


@dataclasses.dataclass(frozen=True)
class Kind:
    """A row of the table.

    Attributes:
        name: of the row.
        sensitivity: as the lecture has it.
        why: in a few words.
    """

    name: str
    sensitivity: Sensitivity
    why: str


HIGH, MEDIUM, LOW = Sensitivity
TABLE = (
    Kind("learning rate", HIGH, "the one to tune if only one can be tuned"),
    Kind("schedule", HIGH, "how the rate falls decides where training ends"),
    Kind("loss function", HIGH, "what is minimized; compare by a metric"),
    Kind("layer size", HIGH, "the capacity: under- or over-fitting"),
    Kind("initialization", MEDIUM, "whether signals reach all layers at first"),
    Kind("depth", MEDIUM, "capacity too, but harder to train"),
    Kind("layer parameters", MEDIUM, "what a layer can see at once"),
    Kind("regularization", MEDIUM, "trades variance for bias"),
    Kind("optimizer", LOW, "a good rate makes up for most of it"),
    Kind("optimizer parameters", LOW, "the usual values serve nearly always"),
    Kind("batch size", LOW, "mostly speed, once the rate goes with it"),
    Kind("nonlinearity", LOW, "ReLU and its kin are much alike"),
)
BY_NAME = {kind.name: kind for kind in TABLE}
# Not in the table: between what matters and what hardly does.
OTHER = Kind("other", MEDIUM, "not in the lecture's table")

# Words by which the kind of a name is told; the first that matches counts, so
# that the special stand before the general ("decay_steps", "weight_decay").
WORDS = (
    ("optimizer parameters", r"momentum|beta|rho|epsilon|nesterov|clip|ema"),
    ("schedule", r"schedule|warmup|anneal\w*|decay_(steps|rate)"),
    ("schedule", r"(lr|learning_rate)_decay"),
    ("layer parameters", r"(batch_|layer_)?norm(ali[sz]ation)?|batchnorm"),
    ("regularization", r"dropout|drop|weight_decay|decay|l1|l2|regulari\w*"),
    ("regularization", r"penalty|label_smoothing|noise|augment\w*"),
    ("learning rate", r"learning_rate|lr|rate"),
    ("batch size", r"batch|batch_size"),
    ("loss function", r"loss|losses|delta"),
    ("initialization", r"init\w*"),
    ("layer parameters", r"kernel(_size)?s?|strides?|pool\w*|dilation\w*"),
    ("layer parameters", r"heads|padding"),
    ("depth", r"(n_|num_)?(layers|blocks|stages)|depth"),
    ("layer size", r"units?|filters?|width|size|embedding|hidden|dim|neurons"),
    ("layer size", r"channels|nodes|capacity"),
    ("nonlinearity", r"activation|nonlinearity"),
    ("optimizer", r"optimi[sz]er|opt"),
)


def kind_of(name: str) -> Kind:
    """The row of the table that a hyperparameter belongs to, by its name.

    Args:
        name: as it was registered, with its scopes.

    Returns:
        The row; `OTHER` where no word of the name says it.

    Example:
        >>> kind_of("block_2/units_1").name, str(kind_of("units").sensitivity)
        ('layer size', 'high')
        >>> kind_of("decay_steps").name, kind_of("weight_decay").name
        ('schedule', 'regularization')
        >>> kind_of("flavour").name
        'other'
    """
    # "denseUnits" and "dense-units 2" are "dense_units".
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    words = re.sub(r"[^a-z0-9]+", "_", words)
    for kind, pattern in WORDS:
        if re.search(rf"(?:^|_)(?:{pattern})(?=_|\d*(?:_|$))", words):
            return BY_NAME[kind]
    return OTHER


def place(kind: Kind) -> tuple[int, int]:
    """Where a kind stands in the ranking; for sorting.

    Those that the lecture does not name stand behind the medium ones.

    Example:
        >>> sorted([OTHER, *TABLE[::-1]], key=place)[8].name
        'other'
    """
    rows = [*TABLE].index(kind) if kind in TABLE else len(TABLE)
    return kind.sensitivity, rows
