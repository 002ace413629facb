"""Everything that is clicked, dragged or drawn on."""

import base64

import anywidget
import traitlets as t


def with_still(bundle, png):
    """Add a still picture to a widget's display data, for viewers that cannot run widgets."""
    data, meta = bundle if isinstance(bundle, tuple) else (bundle, {})
    return {**data, "image/png": base64.b64encode(png).decode()}, meta


_JS = r"""
function render({ model, el }) {
  const NS = "http://www.w3.org/2000/svg", get = k => model.get(k), W = get("width"), H = get("height");
  const add = (parent, tag, attrs) => { const e = document.createElementNS(NS, tag);
    for (const k in attrs) e.setAttribute(k, attrs[k]); parent.append(e); return e; };
  const svg = add(el, "svg", { viewBox: `0 0 ${W} ${H}`, width: W, height: H, class: "plane", tabindex: 0,
    role: "slider", "data-lm-suppress-shortcuts": "true" });  // else "d d" deletes the notebook cell
  const image = add(svg, "image", { width: W, height: H }), at = add(svg, "circle", { r: 7, class: "at" });
  const clamp = (v, [a, b]) => Math.min(Math.max(v, a), b);
  const px = ([x, y]) => { const [a, b] = get("x_range"), [c, d] = get("y_range");
    return [(x - a) / (b - a) * W, (d - y) / (d - c) * H]; };
  const xy = e => { const r = svg.getBoundingClientRect(), [a, b] = get("x_range"), [c, d] = get("y_range");
    return [clamp(a + (e.clientX - r.left) / r.width * (b - a), [a, b]),
            clamp(d - (e.clientY - r.top) / r.height * (d - c), [c, d])]; };
  let url, frame = 0;
  const picture = async () => { const b = get("background"), old = url;
    if (!b?.byteLength) return image.removeAttribute("href");
    const next = new Image(), fresh = URL.createObjectURL(new Blob([b])); next.src = fresh;
    try { await next.decode(); } catch { return; }  // decoded first, then shown: no flicker between frames
    image.setAttribute("href", url = fresh); URL.revokeObjectURL(old);
    if (get("frame") !== get("shown")) { model.set("shown", get("frame")); model.save_changes(); } };
  const draw = () => { const [x, y] = px(get("value")); at.setAttribute("cx", x); at.setAttribute("cy", y);
    svg.classList.toggle("still", get("mode") === "still");
    svg.classList.toggle("drawing", get("mode") === "draw");
    svg.setAttribute("aria-label", get("alt"));
    svg.setAttribute("aria-valuetext", get("value").map(v => v.toFixed(2)).join(", ")); };
  const move = (v, put) => {
    if (get("mode") === "still") return;
    if (get("mode") === "draw" && put) model.set("points", [...get("points"), v].slice(-2000));
    model.set("value", v);
    frame ||= requestAnimationFrame(() => { frame = 0; model.save_changes(); }); };  // one message a frame
  svg.onpointerdown = e => { if (e.button) return;
    svg.setPointerCapture(e.pointerId); svg.focus({ preventScroll: true });
    move(xy(e), true); e.preventDefault(); };
  svg.onpointermove = e => {
    const held = svg.hasPointerCapture(e.pointerId), v = xy(e), [a, b] = px(v), [c, d] = px(get("value"));
    if (held && (get("mode") !== "draw" || Math.hypot(a - c, b - d) > 6)) move(v, true); };
  svg.onkeydown = e => {
    const d = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[e.key],
          v = get("value");
    if (get("mode") === "draw" && e.key === "Enter") move(v, true);
    else if (get("mode") === "draw" && e.key === "Backspace") {
      model.set("points", get("points").slice(0, -1)); model.save_changes(); }
    if (!d) {
      if (["Enter", "Backspace"].includes(e.key)) { e.preventDefault(); e.stopPropagation(); }
      return; }
    move(["x_range", "y_range"].map((k, i) => { const [low, high] = get(k);
      return clamp(v[i] + d[i] * (high - low) * (e.shiftKey ? 0.005 : get("stride")[i]), [low, high]); }));
    e.preventDefault(); e.stopPropagation(); };
  for (const k of ["value", "mode", "alt", "x_range", "y_range"]) model.on("change:" + k, draw);
  model.on("change:background", picture); picture(); draw();
  return () => { cancelAnimationFrame(frame); URL.revokeObjectURL(url); };
}
export default { render };
"""

_CSS = """
.plane { display: block; box-sizing: border-box; max-width: 100%; height: auto; touch-action: none;
  cursor: crosshair; user-select: none; background: white; border: 1px solid var(--jp-border-color1, #888); }
.plane:focus-visible { outline: 3px solid var(--jp-brand-color1, #1976d2); outline-offset: -3px; }
.plane.still { cursor: default; } .plane.still .at { display: none; }
.plane.drawing .at { stroke-width: 1.5; }
.plane .at { fill: none; stroke: #d55e00; stroke-width: 3; pointer-events: none; }
"""


class Plane(anywidget.AnyWidget):
    """A rectangle to click: mouse, touch or arrow keys choose the point `value`, (x, y).

    mode        "point": click or drag; "still": a picture; "draw": click, drag or Enter adds to `points`,
                Backspace removes the last one
    points      drawn by hand (x, y); assign a new list, never change it in place
    background  a picture that fills the rectangle exactly; `shown` is the `frame` of it that the browser
                shows
    stride      one arrow key's share of the width, and of the height
    """

    _esm, _css = _JS, _CSS
    background = t.Bytes(b"").tag(sync=True)
    x_range = t.Tuple(t.Float(), t.Float(), default_value=(-3.0, 3.0)).tag(sync=True)
    y_range = t.Tuple(t.Float(), t.Float(), default_value=(-3.0, 3.0)).tag(sync=True)
    value = t.Tuple(t.Float(), t.Float(), default_value=(0.0, 0.0)).tag(sync=True)
    points = t.List(t.Tuple(t.Float(), t.Float())).tag(sync=True)
    mode = t.Enum(["point", "draw", "still"], "point").tag(sync=True)
    frame = t.Int(0).tag(sync=True)
    shown = t.Int(0).tag(sync=True)
    alt = t.Unicode("Plane: choose a point with the mouse or the arrow keys").tag(sync=True)
    width = t.Int(360).tag(sync=True)
    height = t.Int(360).tag(sync=True)
    stride = t.Tuple(t.Float(), t.Float(), default_value=(0.02, 0.02)).tag(sync=True)

    def __repr__(self):
        return f"Plane(mode={self.mode!r})"

    def _repr_mimebundle_(self, **kwargs):
        return with_still(super()._repr_mimebundle_(**kwargs), self.background)
