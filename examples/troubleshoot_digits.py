"""The whole decision tree on handwritten digits, with a page to look at.

A LeNet is trained on the digits that scikit-learn ships, and troubleshot: is
it sound, where does its error come from, what have the errors in common, what
is to be done next?

    python examples/troubleshoot_digits.py --epochs=20 --html=report.html
"""

from absl import app
from absl import flags

FLAGS = flags.FLAGS
flags.DEFINE_integer("epochs", 20, "epochs of the training", lower_bound=1)
flags.DEFINE_float("target", 0.99, "accuracy that is aimed at")
flags.DEFINE_float("seconds", 30.0, "that trainings of copies may take")
flags.DEFINE_bool("more_data", False, "measure the error against the data too")
flags.DEFINE_string("html", "report.html", "file for the page; empty for none")


def digits():
    """Training, validation and test data: 8 x 8 pixels, values 0 to 16."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    found = load_digits()
    x = found.images[..., None].astype("float32")
    y = found.target.astype("int32")
    x, x_test, y, y_test = train_test_split(
        x, y, test_size=400, stratify=y, random_state=0
    )
    x, x_val, y, y_val = train_test_split(
        x, y, test_size=300, stratify=y, random_state=0
    )
    return (x, y), (x_val, y_val), (x_test, y_test)


def main(argv):
    """Trains, walks the tree, and says what came of it."""
    del argv
    import keras

    import keras_troubleshoot as kts

    keras.utils.set_random_seed(0)
    train, validation, test = digits()

    def build():
        return kts.models.lenet(*train, learning_rate=1e-3)

    model = build()
    model.fit(
        *train, validation_data=validation, epochs=FLAGS.epochs, verbose=2
    )
    report = kts.troubleshoot(
        model,
        train,
        validation,
        test,
        target=FLAGS.target,
        seconds=FLAGS.seconds,
        build=build if FLAGS.more_data else None,
    )
    for stage, came in report.context["stages"].items():
        print(f"{stage}: {came}")
    if FLAGS.html:
        report.to_html(FLAGS.html)
        print(f"Next: open {FLAGS.html}.")


if __name__ == "__main__":
    app.run(main)
