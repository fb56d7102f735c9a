"""Where to read more, for diagnoses that the lecture does not go into."""

CROSS_ENTROPY = (
    "Keras, probabilistic losses, "
    "https://keras.io/api/losses/probabilistic_losses/"
)
REGRESSION = (
    "Keras, regression losses, https://keras.io/api/losses/regression_losses/"
)
NORMALIZATION = (
    "Keras, Normalization layer, https://keras.io/api/layers/"
    "preprocessing_layers/numerical/normalization/"
)
IMBALANCE = (
    "TensorFlow, classification on imbalanced data, "
    "https://www.tensorflow.org/tutorials/structured_data/imbalanced_data"
)
MASKING = (
    "Keras, understanding masking and padding, "
    "https://keras.io/guides/understanding_masking_and_padding/"
)
EMBEDDING = (
    "Keras, Embedding layer, https://keras.io/api/layers/core_layers/embedding/"
)
NOISE = (
    "C. Northcutt et al., Confident Learning, JAIR 2021, "
    "https://arxiv.org/abs/1911.00068"
)
COMPILE = (
    "Keras, compile and fit, https://keras.io/api/models/model_training_apis/"
)
SHUFFLING = (
    "TensorFlow, tf.data: build input pipelines, "
    "https://www.tensorflow.org/guide/data"
)
ACTIVATIONS = (
    "Keras, layer activations, https://keras.io/api/layers/activations/"
)
INITIALIZERS = (
    "Keras, layer weight initializers, "
    "https://keras.io/api/layers/initializers/"
)
REGULARIZERS = (
    "Keras, layer weight regularizers, "
    "https://keras.io/api/layers/regularizers/"
)
DROPOUT = (
    "Keras, Dropout layer, "
    "https://keras.io/api/layers/regularization_layers/dropout/"
)
TRANSFER = (
    "Keras, transfer learning and fine-tuning, "
    "https://keras.io/guides/transfer_learning/"
)
BATCH_NORMALIZATION = (
    "Keras, BatchNormalization layer, https://keras.io/api/layers/"
    "normalization_layers/batch_normalization/"
)
TRAIN_STEP = (
    "Keras, customizing what happens in fit, "
    "https://keras.io/guides/custom_train_step_in_tensorflow/"
)
OPTIMIZERS = "Keras, optimizers, https://keras.io/api/optimizers/"
SCHEDULES = (
    "Keras, learning rate schedules, "
    "https://keras.io/api/optimizers/learning_rate_schedules/"
)
CALLBACKS = "Keras, callbacks, https://keras.io/api/callbacks/"
NUMERICS = (
    "TensorFlow, debug numerical issues, "
    "https://www.tensorflow.org/tensorboard/debugger_v2"
)
CUSTOM_GRADIENT = (
    "TensorFlow, tf.custom_gradient, "
    "https://www.tensorflow.org/api_docs/python/tf/custom_gradient"
)
MIXED_PRECISION = (
    "Keras, mixed precision, https://www.tensorflow.org/guide/mixed_precision"
)
