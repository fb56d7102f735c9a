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
