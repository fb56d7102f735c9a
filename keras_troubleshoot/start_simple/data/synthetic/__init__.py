"""Toy problems for which the reachable score is known.

They have the shape of real data, and a sound model learns them within some 20
epochs. A model that falls short of `reachable` has a bug.
"""

from keras_troubleshoot.start_simple.data.synthetic.fusion import (
    multimodal as multimodal,
)
from keras_troubleshoot.start_simple.data.synthetic.imitation import (
    like as like,
)
from keras_troubleshoot.start_simple.data.synthetic.pictures import (
    images as images,
)
from keras_troubleshoot.start_simple.data.synthetic.series import (
    sequences as sequences,
)
from keras_troubleshoot.start_simple.data.synthetic.tables import (
    tabular as tabular,
)
from keras_troubleshoot.start_simple.data.synthetic.texts import (
    tokens as tokens,
)
from keras_troubleshoot.start_simple.data.synthetic.toy import Toy as Toy

__all__ = [
    "Toy",
    "images",
    "like",
    "multimodal",
    "sequences",
    "tabular",
    "tokens",
]
