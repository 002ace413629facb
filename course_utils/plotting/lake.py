"""A walk around a lake: how often it is where, and which moves it makes there."""

import matplotlib
import numpy as np

from .canvas import array, bare, titled
from .style import FAKE, INK, REAL

RIGHT, DOWN = np.array((0, 1, 0, -1)), np.array((-1, 0, 1, 0))  # of the moves up, right, down, left
VISITS = matplotlib.colors.LinearSegmentedColormap.from_list("visits", ["white", "#909090"])


def lake(contents, water, goal, start=None):
    """Walks on a grid: grey where they are, strokes as long as their moves are probable. → Figure

    contents     {title: (visits (h, w), policy (h, w, 4))}
    water, goal  (h, w), True or False; start: (row, column) of a ring
    """
    figure, row = titled(contents, 3.2)
    water, goal = array(water), array(goal)
    for ax, (visits, policy) in zip(row, contents.values(), strict=True):
        visits, policy = array(visits), array(policy)
        ax.imshow(visits, cmap=VISITS, vmin=0, vmax=2.5)
        for y, x in zip(*water.nonzero(), strict=True):
            ax.fill(
                [x - 0.5, x + 0.5, x + 0.5, x - 0.5], [y - 0.5, y - 0.5, y + 0.5, y + 0.5], color=REAL, lw=0
            )
        for y, x in zip(*goal.nonzero(), strict=True):
            ax.plot(x, y, "*", color=FAKE, ms=18)
        if start is not None:
            ax.plot(start[1], start[0], "o", mfc="none", mec=FAKE, ms=20, mew=2.5)
        y, x, way = ((policy > 0.04) & ~(water | goal)[..., None]).nonzero()
        length = 0.45 * policy[y, x, way]
        right, down = x + length * RIGHT[way], y + length * DOWN[way]
        ax.plot([x, right], [y, down], color=INK, lw=2.5, solid_capstyle="round")
        for k, head in enumerate("^>v<"):  # heads for the likely moves only: small ones would merge
            likely = (way == k) & (length > 0.17)
            ax.plot(right[likely], down[likely], head, color=INK, ms=7, mew=0)
        bare(ax)
        ax.set(xlim=(-0.5, water.shape[1] - 0.5), ylim=(water.shape[0] - 0.5, -0.5))
    return figure
