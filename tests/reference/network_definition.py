"""The example networks in plain Python, number by number: nothing here shares a line with ours."""

from __future__ import annotations

import math
from dataclasses import dataclass

Rows = list[list[float]]


@dataclass(slots=True, kw_only=True)
class Network:
    """Weights in training: w1 3 x 3, w2 four numbers; curved with ReLU and arctan."""

    w1: Rows
    w2: list[float]
    rate: float
    is_curved: bool

    def step(self, image: Rows, target: float) -> float:
        """Train on one image; the loss before that."""
        places = [(i, j) for i in range(4) for j in range(4)]
        taps = [(a, e) for a in range(3) for e in range(3)]
        cells = {
            (i, j): sum(self.w1[2 - a][2 - e] * image[i + a][j + e] for a, e in taps)
            for i, j in places
        }
        if self.is_curved:
            cells = {place: max(value, 0.0) for place, value in cells.items()}
        windows = [[(i, j), (i, j + 1), (i + 1, j), (i + 1, j + 1)] for i in (0, 2) for j in (0, 2)]
        winners = [max(window, key=lambda place: cells[place]) for window in windows]
        score = sum(w * cells[place] for w, place in zip(self.w2, winners, strict=True))
        prediction = math.atan(score) if self.is_curved else score
        slope = (prediction - target) * (1 / (1 + score**2) if self.is_curved else 1)
        by_tap = {(2 - a, 2 - e): 0.0 for a, e in taps}
        for w, (i, j) in zip(self.w2, winners, strict=True):
            if cells[i, j] > 0 or not self.is_curved:
                for a, e in taps:
                    by_tap[2 - a, 2 - e] += slope * w * image[i + a][j + e]
        for number, place in enumerate(winners):
            self.w2[number] -= self.rate * slope * cells[place]
        for (a, e), gradient in by_tap.items():
            self.w1[a][e] -= self.rate * gradient
        return 0.5 * (prediction - target) ** 2
