"""Shows the part `Example:` of a docstring as code: for `mkdocs.yml`.

The parser of the site knows it under the name `Examples:`.
"""

import griffe


class Examples(griffe.Extension):
    """Renames the part in each docstring."""

    def on_instance(self, *, obj, **kwargs) -> None:
        """Is called for each object with a docstring."""
        if obj.docstring is not None:
            text = obj.docstring.value
            obj.docstring.value = text.replace("\nExample:\n", "\nExamples:\n")
