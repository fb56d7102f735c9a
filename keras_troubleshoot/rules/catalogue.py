"""All diagnoses, in the order in which they are tried."""

# Each module registers its rules when it is imported.
from keras_troubleshoot.rules import batch_size
from keras_troubleshoot.rules import callbacks
from keras_troubleshoot.rules import capacity
from keras_troubleshoot.rules import dependence
from keras_troubleshoot.rules import dynamics
from keras_troubleshoot.rules import encoding
from keras_troubleshoot.rules import errors
from keras_troubleshoot.rules import gradients
from keras_troubleshoot.rules import initialization
from keras_troubleshoot.rules import inputs
from keras_troubleshoot.rules import labels
from keras_troubleshoot.rules import learning_rate
from keras_troubleshoot.rules import learning_weights
from keras_troubleshoot.rules import logits
from keras_troubleshoot.rules import loss
from keras_troubleshoot.rules import memory
from keras_troubleshoot.rules import metrics
from keras_troubleshoot.rules import moving_averages
from keras_troubleshoot.rules import nonlinearity
from keras_troubleshoot.rules import numerics
from keras_troubleshoot.rules import optimization
from keras_troubleshoot.rules import output
from keras_troubleshoot.rules import overfitting_one_batch
from keras_troubleshoot.rules import pairing
from keras_troubleshoot.rules import progress
from keras_troubleshoot.rules import registry
from keras_troubleshoot.rules import regularization
from keras_troubleshoot.rules import run_length
from keras_troubleshoot.rules import scale
from keras_troubleshoot.rules import schedules
from keras_troubleshoot.rules import shapes
from keras_troubleshoot.rules import splits
from keras_troubleshoot.rules import task
from keras_troubleshoot.rules import training_mode
from keras_troubleshoot.rules import weights

# What is certain comes first; what is measured on samples comes last. The
# report keeps this order among findings that are equally grave.
ORDER = (
    inputs,
    encoding,
    labels,
    logits,
    task,
    output,
    loss,
    shapes,
    dependence,
    learning_weights,
    initialization,
    nonlinearity,
    regularization,
    capacity,
    training_mode,
    moving_averages,
    numerics,
    weights,
    scale,
    splits,
    pairing,
    schedules,
    optimization,
    batch_size,
    callbacks,
    learning_rate,
    progress,
    run_length,
    metrics,
    gradients,
    dynamics,
    overfitting_one_batch,
    memory,
    errors,
)

RULES: dict[str, registry.Rule] = {
    rule.id: rule
    for module in ORDER
    for rule in registry.RULES.values()
    if rule.conclude.__module__ == module.__name__
}

FAMILIES = {
    "data": "Data",
    "loss": "Loss and output",
    "shapes": "Shapes",
    "optimization": "Optimization",
    "architecture": "Architecture and initialization",
    "training-mode": "Train mode",
    "numerics": "Numerics",
    "dynamics": "Training dynamics",
    "memory": "Memory",
    "errors": "Errors",
}
