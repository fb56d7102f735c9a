"""What can be done about a type of errors, in the lecture's words."""

# What synthesizing means for each kind of input.
SYNTHESIZED = {
    "image": "synthesize them (darken, blur, simulate, or paste what is rare)",
    "text": "synthesize them (rewrite or translate texts that there are)",
    "series": "synthesize them (simulate, warp or add noise to series)",
    "table": "synthesize them",
}
CLEAN = "look at the labels, and correct those that are wrong"
SENSORS = {
    "image": "better sensors: what cannot be seen cannot be learned",
    "text": "give the model more of the context of each text",
    "series": "better sensors, or more of them",
    "table": "measure features that tell them apart",
}
LABELS = "kts.label_errors(x, y)"
SHIFT = "kts.distribution_shift(x, x_test_validation)"
ADAPT = "kts.adaptation.adapt((x, y), x_test_validation, build=build)"


def of(source: str, kind: str, shifted: bool) -> tuple[str, ...]:
    """Possible solutions, the first to be tried first.

    Args:
        source: of the type, see `Found`.
        kind: of the inputs: "image", "text", "series" or "table".
        shifted: whether the type is larger in test validation.
    """
    synthesized, sensors = SYNTHESIZED[kind], SENSORS[kind]
    if shifted:
        return (
            "collect more such examples from the test distribution, and train "
            "on them",
            synthesized,
            "domain adaptation",
        )
    if source == "confusion":
        collect = "collect more examples of both classes, such as are confused"
        return (CLEAN, collect, "augment", sensors)
    if source == "target size":
        return (
            "collect more examples of such targets",
            "train on a transformed target, or with weights, so that they "
            "count more",
            sensors,
        )
    collect = "collect more such examples"
    removed = "remove what disturbs in pre-processing"
    last = (removed, sensors) if kind in ("image", "series") else (sensors,)
    return (collect, synthesized, CLEAN, *last)


def calls(source: str, shifted: bool) -> tuple[str, ...]:
    """Calls of this library that help."""
    if shifted:
        return (SHIFT, ADAPT)
    return () if source == "target size" else (LABELS,)
