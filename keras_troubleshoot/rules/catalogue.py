"""All diagnoses, in the order in which they are tried."""

# Each module registers its rules when it is imported.
from keras_troubleshoot.rules import errors
from keras_troubleshoot.rules import inputs
from keras_troubleshoot.rules import labels
from keras_troubleshoot.rules import loss
from keras_troubleshoot.rules import output
from keras_troubleshoot.rules import pairing
from keras_troubleshoot.rules import shapes
from keras_troubleshoot.rules.registry import RULES

FAMILIES = {
    "data": "Data",
    "loss": "Loss and output",
    "shapes": "Shapes",
    "errors": "Errors",
}

__all__ = [
    "FAMILIES",
    "RULES",
    "errors",
    "inputs",
    "labels",
    "loss",
    "output",
    "pairing",
    "shapes",
]
