"""Writes the pages of `docs/reference`: `python docs/make_reference.py`.

Each public name gets an entry, which the site fills from its docstring. A test
compares the pages with the names, so that they cannot drift.
"""

import importlib
import inspect
import pathlib
import types

FOLDER = pathlib.Path(__file__).with_name("reference")
# Pages by the package in which the names of `kts` have their home.
STAGES = {
    "keras_troubleshoot.workflow": ("troubleshoot", "The whole tree"),
    "keras_troubleshoot.debugging": ("debug", "Debug"),
    "keras_troubleshoot.evaluation": ("evaluate", "Evaluate"),
    "keras_troubleshoot.facts": ("evaluate", "Evaluate"),
    "keras_troubleshoot.improvement": ("improve", "Improve"),
    "keras_troubleshoot.report": ("report", "Reports"),
    "keras_troubleshoot.tuning": ("tuning", "Tuning"),
}
TITLES = {
    "adaptation": "Domain adaptation",
    "callbacks": "Callbacks",
    "data": "Data",
    "data.synthetic": "Synthetic problems",
    "debugging": "Debugging tools",
    "debugging.memory": "Memory",
    "debugging.numerics": "Numerics",
    "defaults": "Defaults",
    "models": "Models",
    "testing": "Asserts for tests",
    "tuning": "Tuning",
}


def pages() -> dict[str, str]:
    """The text of each page by the name of its file."""
    entries: dict[str, tuple[str, dict]] = {}
    modules = ["keras_troubleshoot"]
    while modules:
        module = importlib.import_module(modules.pop(0))
        for name in public(module):
            value = getattr(module, name)
            told = f"{said(module)}.{name}"
            if isinstance(value, types.ModuleType):
                modules.append(value.__name__)
                ALIASES[value.__name__] = told
                continue
            file, title = page_of(module, value)
            entries.setdefault(file, (title, {}))[1][told] = value
    return {
        f"{file}.md": page(title, values)
        for file, (title, values) in entries.items()
    }


def page(title: str, values: dict) -> str:
    """One page: its names in order."""
    order = sorted(values, key=str.lower)
    parts = [entry(told, values[told]) for told in order]
    return "\n".join([f"# {title}\n", *parts])


ALIASES = {"keras_troubleshoot": "kts"}


def said(module: types.ModuleType) -> str:
    """How users write a module: `kts.models`."""
    return ALIASES[module.__name__]


def public(module: types.ModuleType) -> list[str]:
    """Public names of a module, dunders left out."""
    names = getattr(module, "__all__", None)
    if names is None:
        names = [
            name
            for name, value in vars(module).items()
            if getattr(value, "__module__", "") == module.__name__
            and not name.startswith("_")
        ]
    return sorted(name for name in names if not name.startswith("__"))


def page_of(module: types.ModuleType, value) -> tuple[str, str]:
    """File and title of the page on which a name stands."""
    name = said(module).removeprefix("kts").strip(".")
    if name:
        return name.replace(".", "-"), TITLES[name]
    home = getattr(value, "__module__", "")
    for package, page in STAGES.items():
        if home.startswith(package):
            return page
    raise LookupError(f"No page for {value!r}; add its package to STAGES.")


def entry(told: str, value) -> str:
    """What the site fills from the docstring of a name."""
    if not (inspect.isclass(value) or callable(value)):
        return f"## `{told}`\n\n`{value!r}`\n"
    path = f"{value.__module__}.{value.__qualname__}"
    heading = f"      heading: {told}\n      toc_label: {told}\n"
    return f"::: {path}\n    options:\n{heading}"


def main() -> None:
    """Writes the pages; those of names that are gone are removed."""
    FOLDER.mkdir(exist_ok=True)
    made = pages()
    for old in FOLDER.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
