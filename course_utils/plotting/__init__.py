"""Pure functions from values to pictures: Figures to look at, PNG bytes for what is dragged."""

from .codes import between, judged, latent_scatter, latent_scatters, map_png, seeds, surfaces
from .curves import bands, curves, layers, maps, panels, paths, spreads, training, value_surface
from .images import (
    above,
    beside,
    flow,
    frame,
    image_grid,
    png,
    reconstructions,
    sheet_light,
    sheet_text,
    sheets,
    tile,
)
from .style import (
    CODE,
    FAKE,
    INK,
    PRIOR,
    REAL,
    STYLE,
    TEN,
    VERDICT,
    WIDTH,
    axes,
    display,
    figure_png,
    in_notebook,
    use_style,
)  # fmt: skip
from .transport import piles_png, plan_png

__all__ = [
    "CODE", "FAKE", "INK", "PRIOR", "REAL", "STYLE", "TEN", "VERDICT", "WIDTH", "above", "axes", "bands", "beside", "between", "curves", "display",
    "figure_png", "flow", "frame", "image_grid", "in_notebook", "judged", "latent_scatter", "latent_scatters", "layers", "map_png", "maps", "panels",
    "paths", "piles_png", "plan_png", "png", "reconstructions", "seeds", "sheet_light", "sheet_text", "sheets", "spreads", "surfaces", "tile", "training", "use_style", "value_surface",
]  # fmt: skip
