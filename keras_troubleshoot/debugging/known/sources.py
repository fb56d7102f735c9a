"""Where the published results stand: who says it, and the address."""

SOURCES = {
    "lecun": (
        "LeCun et al. 1998, Gradient-based learning applied to document "
        "recognition",
        "http://yann.lecun.com/exdb/mnist/",
    ),
    "wilder": (
        "K. Wilder, in the table of the MNIST page",
        "http://yann.lecun.com/exdb/mnist/",
    ),
    "simard": (
        "Simard et al. 2003, in the table of the MNIST page",
        "http://yann.lecun.com/exdb/mnist/",
    ),
    "fashion": (
        "README of Fashion-MNIST, results that were sent in",
        "https://github.com/zalandoresearch/fashion-mnist",
    ),
    "vapnik": (
        "Vapnik 1995, The Nature of Statistical Learning Theory",
        "https://doi.org/10.1007/978-1-4757-2440-0",
    ),
    "resnet": (
        "He et al. 2016, Deep residual learning",
        "https://arxiv.org/abs/1512.03385",
    ),
    "preact": (
        "He et al. 2016, Identity mappings in deep residual networks",
        "https://arxiv.org/abs/1603.05027",
    ),
    "keras": (
        "Keras Applications, single crop of the validation set",
        "https://keras.io/api/applications/",
    ),
    "maas": (
        "Maas et al. 2011, Learning word vectors for sentiment analysis",
        "https://aclanthology.org/P11-1015/",
    ),
    "wang": (
        "Wang and Manning 2012, Baselines and bigrams",
        "https://aclanthology.org/P12-2018/",
    ),
    "kim": (
        "Kim 2014, Convolutional neural networks for sentence classification",
        "https://aclanthology.org/D14-1181/",
    ),
    "socher": (
        "Socher et al. 2013, Recursive deep models (sentiment treebank)",
        "https://aclanthology.org/D13-1170/",
    ),
    "adult": (
        "adult.names of the UCI repository",
        "https://archive.ics.uci.edu/dataset/2/adult",
    ),
    "rtdl": (
        "Gorishniy et al. 2021, Revisiting deep learning models for tabular "
        "data",
        "https://arxiv.org/abs/2106.11959",
    ),
    "informer": (
        "Zhou et al. 2021, Informer",
        "https://arxiv.org/abs/2012.07436",
    ),
    "dlinear": (
        "Zeng et al. 2023, Are transformers effective for time series "
        "forecasting?",
        "https://arxiv.org/abs/2205.13504",
    ),
}
