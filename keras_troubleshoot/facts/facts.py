"""The container of all facts: each is measured once, when first asked for."""

from typing import Any


class Unavailable(LookupError):
    """A fact that cannot be had; the message says why, for the report."""


class Facts:
    """What is known of a model, its data and its training.

    Args:
        **sources: facts by name, or functions without arguments that
            measure them. A function is called when its fact is first asked
            for, and once only. It may raise `Unavailable`.

    Facts by name (a rule asks for what it needs, and is skipped where that
    cannot be had):
        data: `data.Data` of the training data.
        validation: `data.Data` of the validation data.
        model: `architecture.Model`.
        heads: tuple of `heads.Head`: each output with its target, its loss
            and its metrics.
        forward: `passes.Pass`: one batch in inference, recorded.
        training: `forward.Step`: the same batch forward in training mode,
            its loss, and backward.
        layers: tuple of `layer_statistics.LayerStatistics` of these runs.
        fit: `fit_call.FitCall`: the arguments of `fit`.
        history: `history.History`: what the training did.
        overfit: `overfitting.Overfit`: what training on one batch came to.

    Example:
        >>> facts = Facts(data=lambda: 42)
        >>> facts.data
        42
        >>> facts.get("history") is None
        True
    """

    def __init__(self, **sources: Any):
        self._sources = dict(sources)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._sources:
            raise Unavailable(MISSING.get(name, f"no {name}"))
        value = self._sources[name]
        if isinstance(value, Exception):
            raise value
        if callable(value):
            try:
                value = value()
            except Exception as reason:
                self._sources[name] = reason
                raise
            self._sources[name] = value
        return value

    def get(self, name: str) -> Any:
        """The fact, or None where it cannot be had."""
        try:
            return getattr(self, name)
        except Unavailable:
            return None

    def add(self, **sources: Any) -> None:
        """Adds facts, or replaces them."""
        self._sources.update(sources)


MISSING = {
    "raised": "no `fit` has ended",
    "validation": "no validation data",
    "leakage": "no validation data",
    "shift": "no validation data",
    "overfit": "`overfit_batch` was not called",
    "fit": "`fit` was not called",
    "history": "no training was watched",
}
