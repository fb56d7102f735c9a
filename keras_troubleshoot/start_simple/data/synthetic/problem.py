"""What the parts of a toy problem are to each other."""

import dataclasses
from typing import Protocol

import numpy as np


@dataclasses.dataclass(frozen=True)
class Needed:
    """What a problem needs its inputs to show.

    Attributes:
        patterns: how many classes, or amounts.
        amounts: whether they are amounts from 0 to 1, all in each row; else
            a row shows one class, or nothing.
    """

    patterns: int
    amounts: bool


class Scene(Protocol):
    """An input that shows classes or amounts.

    Attributes:
        capacity: how many amounts it shows in a row.
        levels: how many different amounts it shows; inf for all.
        described: what its rows are, in words.
    """

    capacity: int
    levels: float
    described: str

    def show_classes(
        self, ids: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Rows that show these classes; nothing where the id is -1."""

    def show_amounts(
        self, amounts: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Rows that show these amounts, shape (rows, capacity)."""

    def move(
        self,
        x: np.ndarray,
        training: np.ndarray,
        shift: float,
        rng: np.random.Generator,
    ) -> np.ndarray:
        """Rows as they are after a shift against the training part."""


class Problem(Protocol):
    """What is to be told from the inputs.

    Attributes:
        metric: of its score.
        reachable: score of a perfect model.
        chance: score of the best guess.
        needed: what the inputs must show.
        described: in words.
    """

    metric: str
    reachable: float
    chance: float
    needed: Needed
    described: str

    def alone(self, index: int, inputs: int) -> float:
        """Score of a perfect model that sees one of several inputs only."""

    def draw(
        self, rows: int, scenes: list[Scene], rng: np.random.Generator
    ) -> tuple[list[np.ndarray], np.ndarray]:
        """What each input shows in each row, and the targets without noise."""

    def disturb(
        self, targets: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Targets with noise."""
