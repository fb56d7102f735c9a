"""`compare_models`: where two implementations come apart first."""

from typing import Any

from keras_troubleshoot.debugging.comparing import sides
from keras_troubleshoot.debugging.comparing.comparison import Comparison
from keras_troubleshoot.debugging.comparing.result import ModelComparison
from keras_troubleshoot.report import progress


def compare_models(
    a: Any,
    b: Any,
    x: Any,
    y: Any = None,
    *,
    transfer_weights: bool = False,
    align: Any = "auto",
    training: bool = False,
    rtol: float | None = None,
    atol: float | None = None,
    seed: int = 0,
    verbose: bool = True,
) -> ModelComparison:
    """Finds the first layer where two implementations differ, and why.

    The surest way to find a bug in a new implementation is to step through
    it beside a known one. Both are run on the same rows; where the outputs
    of a layer differ, the usual causes are tried on that layer alone (another
    epsilon, padding, activation, ...), and the one that makes the difference
    vanish is named. With targets, one training step follows: the loss, the
    gradient of each weight, the update by each optimizer along the same
    gradients, and the moving statistics. It is made on copies, in train
    mode, with Dropout and noise switched off on both sides.

    By default two arrays are the same if rounding explains the difference:
    `a` is run again with the output of each layer moved at random by
    `u * sqrt(n)` of its size (u: unit roundoff; n: terms of its sums; Higham
    and Mary, SIAM J. Sci. Comput. 41(5), 2019), and 8 times of what then
    arrives at a layer is granted there. So the limit grows with depth as
    errors of that model do.

    Both models, their optimizers, the random seeds and the data stay as they
    are, bit for bit.

    Args:
        a: the Keras model in question, built or not.
        b: the reference: a Keras model, `{layer: array}` as recorded from
            another framework, or a `Recording`, which may hold weights,
            loss, gradients and the weights after a step too.
        x: what `fit` takes. With a recording, the rows that were recorded,
            in the layout of either side; else the first 32 are taken.
        y: targets, for the training step; needs compiled models.
        transfer_weights: whether a copy of `a` gets the weights of `b`
            first, converted from the layout of PyTorch where needed.
        align: how layers are paired: by "order", "name", "shape", or
            `{layer_of_a: layer_of_b}`; "auto" goes by name where the names
            agree, else by order, kind and shape.
        training: whether the outputs are compared in train mode (Dropout
            and noise off), not in inference.
        rtol: tolerance relative to the root mean square of an output; given,
            it replaces the default.
        atol: likewise, absolute.
        seed: of what is drawn at random to find the default tolerance.
        verbose: whether to say on standard error how far it has come, where
            it takes longer than some seconds.

    Returns:
        The comparison; `print` tells it, `same` decides. Interrupted with
        Ctrl-C it holds what is known so far.

    Raises:
        TypeError: if `a` is no Keras model, or `b` none of the above.
        ValueError: if the data cannot be read or the models not run on them,
            if weights do not fit, or an argument is out of range.

    Example:
        ```python
        print(kts.compare_models(mine, official, x, y, transfer_weights=True))
        ```
    """
    sides.require_tolerances(rtol=rtol, atol=atol)
    given = sides.Given(a, b, x, y, training, align)
    ours, theirs = sides.read(given)
    with sides.kept(ours, theirs, seed):
        tell = progress.Progress("Comparing two models", verbose)
        made = Comparison(ours, theirs, given, (rtol, atol), seed, tell)
        return made.run(transfer_weights)
