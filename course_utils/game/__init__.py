"""The live game of two networks in the plane: `GanGame()` on a page; `Game` is the same without widgets."""

from .state import DATA, RULES, Game, GameStopped
from .view import GanGame

__all__ = ["DATA", "RULES", "Game", "GameStopped", "GanGame"]
