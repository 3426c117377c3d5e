"""AdamW for a stack of encoders, each with a learning rate of its own."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.encoder.recipe import Recipe
from training.encoder.shape import SHAPE
from training.encoder.weights import WORDS, Weights

FIRST_MOMENT, SECOND_MOMENT, EPSILON = 0.9, 0.999, 1e-8  # the usual ones: Loshchilov and Hutter 2019, arXiv:1711.05101
MATRIX = 3  # dimensions of a stack of matrices


class Optimiser:
    """Keeps the moments of every trained weight; a copy's rate reaches 0 after as many steps as `lasts` says."""

    def __init__(self, weights: Weights, recipes: Sequence[Recipe], lasts: Sequence[int]) -> None:
        self._recipes, self._lasts = recipes, lasts
        self._learning = {name: weight.requires_grad_() for name, weight in weights.items() if name != WORDS}
        self._highest = np.array([[_rate(name, recipe) for recipe in recipes] for name in self._learning])
        self._first = {name: torch.zeros_like(weight) for name, weight in self._learning.items()}
        self._second = {name: torch.zeros_like(weight) for name, weight in self._learning.items()}

    def step(self, step: int) -> None:
        """Move every weight against its gradient, by the rate that its copy has at this step (counted from 0)."""
        rates, kept = self._rates(step)
        with torch.no_grad():
            for place, name in enumerate(self._learning):
                self._move(name, rates[place], kept[place])

    def _move(self, name: str, rates: Tensor, kept: Tensor) -> None:
        weight = self._learning[name]
        first = self._first[name].lerp_(weight.grad, 1 - FIRST_MOMENT)
        second = self._second[name].mul_(SECOND_MOMENT).addcmul_(weight.grad, weight.grad, value=1 - SECOND_MOMENT)
        per_copy = (-1, *[1] * (weight.ndim - 1))
        if weight.ndim == MATRIX:  # a bias or a norm that decays makes a smaller model, not a smoother one
            weight.mul_(kept.view(per_copy))
        weight.addcmul_(first / second.sqrt().add_(EPSILON), rates.view(per_copy), value=-1)
        weight.grad = None

    def _rates(self, step: int) -> tuple[Tensor, Tensor]:
        """For each weight and copy: the rate, freed of the moments' bias towards 0, and what decay leaves."""
        rates = self._highest * self._schedule(step)
        kept = 1 - rates * np.array([recipe.weight_decay for recipe in self._recipes])
        debiased = np.sqrt(1 - SECOND_MOMENT ** (step + 1)) / (1 - FIRST_MOMENT ** (step + 1))
        device = next(iter(self._learning.values())).device
        both = torch.from_numpy(np.stack([rates * debiased, kept]).astype(np.float32)).to(device)
        return both[0], both[1]

    def _schedule(self, step: int) -> NDArray[np.float64]:
        """Up over the first steps, then down to 0 in a straight line."""
        lasts = np.array(self._lasts)
        warm = np.maximum(1, lasts * np.array([recipe.warming for recipe in self._recipes]))
        schedule: NDArray[np.float64] = np.minimum(
            (step + 1) / warm, np.maximum(0, (lasts - step) / np.maximum(1, lasts - warm))
        )
        return schedule


def _rate(name: str, recipe: Recipe) -> float:
    if name.startswith("head"):
        return recipe.head_rate
    layer = int(name.partition(".")[0]) if name[0].isdigit() else -1
    return float(recipe.rate * recipe.layer_decay ** (SHAPE.layers - 1 - layer))
