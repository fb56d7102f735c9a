"""The lists of the lecture: what to do about each term of the test error.

"Troubleshooting Deep Neural Networks" (Full Stack Deep Learning, 2019),
"Improve model and data"; in its order, with its letters.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Advice:
    """One line of a list.

    Attributes:
        id: short name, such as `"bigger-model"`.
        action: what to do, one sentence.
        call: code of this library that does it or prepares it; empty where
            there is none.
        note: what to know before; may be empty.
        recommended: False for what the lecture advises against.
    """

    id: str
    action: str
    call: str = ""
    note: str = ""
    recommended: bool = True


NEXT = "print(kts.models.next_step(model))"
ANALYZE = "kts.analyze_errors(model, x, y)"
RATE = "kts.find_learning_rate(model, x, y)"

UNDER_FITTING = (
    Advice(
        "bigger-model",
        "Make the model bigger: more layers, or more units in each.",
        NEXT,
    ),
    Advice(
        "less-regularization",
        "Regularize less: smaller dropout rates, penalties, weight decay.",
    ),
    Advice(
        "error-analysis",
        "Look at the training errors: what have they in common?",
        ANALYZE,
    ),
    Advice(
        "another-architecture",
        "Take an architecture closer to the state of the art, such as ResNet "
        "after LeNet.",
        NEXT,
        "It helps, but new bugs come with it.",
    ),
    Advice(
        "tune",
        "Tune hyperparameters, the learning rate first.",
        RATE,
    ),
    Advice(
        "add-features",
        "Add features.",
        note="Rarely needed in deep learning.",
    ),
)

OVER_FITTING = (
    Advice(
        "more-data",
        "Collect more training data.",
        "kts.learning_curve(build, x, y)",
        "The best step where it can be had; the learning curve tells what "
        "twice the data would bring.",
    ),
    Advice(
        "normalization",
        "Add batch or layer normalization.",
    ),
    Advice(
        "augmentation",
        "Augment the training data: changes that must not change the answer.",
    ),
    Advice(
        "regularization",
        "Regularize: dropout, L2 penalties, weight decay.",
    ),
    Advice(
        "error-analysis",
        "Look at the validation errors: what have they in common?",
        ANALYZE,
    ),
    Advice(
        "another-architecture",
        "Take an architecture that fits the data better.",
        NEXT,
    ),
    Advice(
        "tune",
        "Tune hyperparameters: those of regularization with the learning rate.",
        RATE,
    ),
    Advice(
        "early-stopping",
        "Early stopping.",
        note="A matter of taste: it mixes fitting and regularizing.",
        recommended=False,
    ),
    Advice(
        "remove-features",
        "Removing features.",
        note="A network learns to leave out what does not help.",
        recommended=False,
    ),
    Advice(
        "smaller-model",
        "A smaller model.",
        note="It trades variance for bias; regularize instead.",
        recommended=False,
    ),
)

SHIFT = (
    Advice(
        "collect",
        "Look at the errors on test validation data, find out what these "
        "examples have that training data lack, and collect such data.",
        "kts.analyze_errors(model, x, y, test_validation=(x_test_val, "
        "y_test_val)); kts.distribution_shift(x, x_test_val)",
    ),
    Advice(
        "synthesize",
        "Look at the same errors, and make such training data: darken, blur, "
        "add noise, paste.",
        "kts.analyze_errors(model, x, y, test_validation=(x_test_val, "
        "y_test_val))",
    ),
    Advice(
        "domain-adaptation",
        "Adapt to the test distribution: fine-tune on some of its labelled "
        "examples, or align features with unlabelled ones (CORAL, domain "
        "confusion, CycleGAN).",
        "kts.adaptation.adapt((x, y), x_test_val, build=build)",
        "Fine-tuning (`kts.adaptation.fine_tune`) works well; without labels "
        "less is to be had.",
    ),
)

RE_BALANCING = (
    Advice(
        "resample-validation",
        "Draw a fresh validation set from the test distribution: the old one "
        "has been fitted.",
        "kts.resplit((x_test, y_test)); kts.validation_reuse(n_trials, "
        "n_examples)",
        "It makes the validation error honest; the test error stays until "
        "the model is chosen anew.",
    ),
)

LABELS = (
    Advice(
        "correct-labels",
        "Correct wrong labels, those of the test data first: no model can be "
        "right where the label is wrong.",
        "kts.label_errors(x, y)",
    ),
)

# Where terms cannot be told apart: what to measure first.
MEASURE_IRREDUCIBLE = Advice(
    "measure-irreducible",
    "Find out which error cannot be avoided: label some hundred examples by "
    "hand, or take a published result.",
    "kts.decompose_error(model, train, validation, irreducible=human_labels)",
)
MEASURE_TRAINING = Advice(
    "measure-training",
    "Measure the error on the training data, to tell bias from variance.",
    "kts.decompose_error(model, train=(x, y), validation=...)",
)
MEASURE_VALIDATION = Advice(
    "measure-validation",
    "Hold out data of the training distribution, to tell variance from "
    "distribution shift.",
    "kts.decompose_error(model, train, validation=(x_val, y_val), test=...)",
)
