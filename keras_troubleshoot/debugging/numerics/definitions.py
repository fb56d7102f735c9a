"""What a model needs of the user's code to be loaded again."""

import ast
import dataclasses
import sys
from typing import Any

from keras_troubleshoot.facts import keras_internals
from keras_troubleshoot.facts import ownership


@dataclasses.dataclass(frozen=True)
class Needs:
    """Classes and functions of the user's that a saved model refers to.

    Attributes:
        imports: (module, name) of each; the module `definitions` for those
            of the program itself.
        source: definitions of the program, without what it does; empty for
            none.
        lost: names that no module has: functions in functions, lambdas.
        folders: where the modules lie.
        objects: what is imported, by its name.
    """

    imports: tuple[tuple[str, str], ...] = ()
    source: str = ""
    lost: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    objects: dict[str, Any] = dataclasses.field(default_factory=dict)


def needs(model: Any) -> Needs:
    """What is needed to load a model that was saved."""
    imports, lost, folders, objects = {}, {}, {}, {}
    source = ""
    for value in custom(model):
        name = getattr(value, "__qualname__", "")
        module = getattr(value, "__module__", "")
        if not name.isidentifier():
            lost[name] = None
            continue
        if module == "__main__":
            source = source or program_source()
            if not source:
                lost[name] = None
                continue
            module = "definitions"
        else:
            folders[folder_of(module)] = None
        imports[module, name] = None
        objects[name] = value
    return Needs(tuple(imports), source, tuple(lost), tuple(folders), objects)


def custom(model: Any) -> list:
    """Classes and functions of the user's in a compiled model."""
    found = [type(layer) for layer in keras_internals.all_layers(model)]
    compiled = [model.loss, model.optimizer] if model.compiled else []
    if model.compiled:
        compiled += list(keras_internals.compiled_metrics(model))
    for layer in keras_internals.all_layers(model):
        compiled += [getattr(layer, "activation", None)]
        if type(layer).__name__ == "Lambda":
            compiled += [layer.function]
    for value in flat(compiled):
        is_code = isinstance(value, type) or hasattr(value, "__code__")
        found.append(value if is_code else type(value))
    return [v for v in dict.fromkeys(found) if not ownership.is_foreign(v)]


def flat(structure: Any) -> list:
    """All that is not None in nested lists and dictionaries."""
    if isinstance(structure, dict):
        structure = list(structure.values())
    if isinstance(structure, list | tuple):
        return [leaf for part in structure for leaf in flat(part)]
    return [] if structure is None else [structure]


def folder_of(module: str) -> str:
    """The folder that a module is imported from; empty for none."""
    path = getattr(sys.modules.get(module), "__file__", None) or ""
    levels = module.count(".") + 1
    if path.endswith("__init__.py"):
        levels += 1
    return path.replace("\\", "/").rsplit("/", levels)[0] if path else ""


def program_source() -> str:
    """The definitions of the program that runs; empty where it has no file."""
    path = getattr(sys.modules.get("__main__"), "__file__", None)
    if not path:
        return ""
    try:
        with open(path, encoding="utf-8") as file:
            return definitions(file.read())
    except (OSError, SyntaxError, UnicodeDecodeError):
        return ""


def definitions(source: str) -> str:
    """Imports, functions, classes and constants of a program.

    Example:
        >>> definitions("N = 3; print(N); M = len('four')")
        'N = 3'
    """
    kept = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    parts = [
        segment(source, node)
        for node in ast.parse(source).body
        if isinstance(node, kept) or is_constant(node)
    ]
    return "\n".join(parts)


def segment(source: str, node: ast.AST) -> str:
    """The lines of a statement, decorators included."""
    first = min([node, *getattr(node, "decorator_list", ())], key=line)
    lines = source.splitlines()
    if node is not first:
        return "\n".join(lines[first.lineno - 1 : node.end_lineno])
    return ast.get_source_segment(source, node) or ""


def line(node: ast.AST) -> int:
    """The line that a node begins at."""
    return node.lineno


def is_constant(node: ast.AST) -> bool:
    """Whether a statement gives a name to a number, a text or the like."""
    if not isinstance(node, ast.Assign):
        return False
    try:
        ast.literal_eval(node.value)
    except ValueError:
        return False
    return True
