"""What a student does, in real JupyterLab and Chromium: Run All, every control, exercises, ■.

`pytest -m browser` needs `pip install -e .[browser]` and a Chromium on the PATH. Screenshots go to
artifacts/, with THEME="JupyterLab Light" (or "JupyterLab Dark") and ZOOM=100 (150: as projected).
"""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from course_utils import notebooks
from course_utils.exercises import EXERCISES

pw = pytest.importorskip("playwright.sync_api")
pw.expect.set_options(timeout=60_000)
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason="no chromium on PATH")]
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic"]
ARGS += ["--no-first-run", "--disable-dev-shm-usage", "--disable-sync"]
ROOT = Path(__file__).resolve().parent.parent
SHOTS = ROOT / "artifacts"
NOTEBOOKS = notebooks.paths()
ZOOM = int(os.environ.get("ZOOM", "100")) / 100

RUN_ALL = """async () => {
  const app = window.jupyterapp;
  await app.restored;
  const wait = () => new Promise(r => setTimeout(r, 100));
  const until = async f => { for (let i = 0; i < 600 && !f(); i++) await wait(); return f(); };
  const p = await until(() => app.shell.currentWidget?.sessionContext && app.shell.currentWidget);
  await p.context.ready; await p.revealed; await p.sessionContext.ready;
  const k = await until(() => p.sessionContext.session?.kernel);
  await k.info;
  await app.commands.execute('notebook:run-all-cells');
  await k.requestKernelInfo();
  return p.context.model.toJSON().cells.filter(c => c.cell_type === 'code').map(c => ({
    id: c.id, n: c.execution_count,
    errors: c.outputs.filter(o => o.output_type === 'error' || o.name === 'stderr')
      .map(o => o.text || o.ename + ': ' + o.evalue),
    seen: c.outputs.some(o => Object.keys(o.data || {}).some(type => /image|widget-view/.test(type)))}));
}"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    root = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    settings = root / "config" / "labconfig"
    settings.mkdir(parents=True)
    extension = "@jupyterlab/apputils-extension"
    overrides = {
        f"{extension}:notification": {"fetchNews": "false", "checkForUpdates": False},
        f"{extension}:themes": {"theme": os.environ.get("THEME", "JupyterLab Light")},
    }
    (settings / "default_setting_overrides.json").write_text(json.dumps(overrides))
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    folders = {f"JUPYTER_{name}_DIR": name.lower() for name in ("CONFIG", "DATA", "RUNTIME")}
    folders |= {f"JUPYTERLAB_{name}_DIR": name.lower() for name in ("SETTINGS", "WORKSPACES")}
    folders["IPYTHONDIR"] = "ipython"
    environment = {**os.environ, **{key: str(root / name) for key, name in folders.items()}}
    options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--port-retries=0"]
    options += ["--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True"]
    options += [f"--ServerApp.root_dir={root}", "--LabApp.expose_app_in_browser=True"]
    log = root / "lab.log"
    with log.open("w") as out:
        command = [sys.executable, "-m", "jupyterlab", *options]
        server = subprocess.Popen(command, env=environment, cwd=root, stdout=out, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(url + "/api/status", timeout=1)
                break
            except OSError:
                assert server.poll() is None, log.read_text()
                time.sleep(0.1)
        else:
            pytest.fail("JupyterLab did not start:\n" + log.read_text())
        yield url
    finally:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()


@pytest.fixture
def page():
    SHOTS.mkdir(exist_ok=True)
    with pw.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, headless=True, args=ARGS)
        size = {"width": round(1280 / ZOOM), "height": round(1000 / ZOOM)}
        page = browser.new_page(viewport=size, device_scale_factor=ZOOM)
        page.set_default_timeout(600_000)
        yield page
        browser.close()


def open_and_run(page, lab, name):
    """Run All, without an error and with nothing on stderr. → the ids of the cells that show a picture"""
    page.goto(f"{lab}/lab/tree/notebooks/{name}?reset")
    page.wait_for_function("() => window.jupyterapp !== undefined")
    if ZOOM > 1:
        page.evaluate("async () => { await jupyterapp.restored; jupyterapp.shell.collapseLeft(); }")
    cells = page.evaluate(RUN_ALL)
    assert all(c["n"] and not c["errors"] for c in cells), [c for c in cells if c["errors"] or not c["n"]]
    return [c["id"] for c in cells if c["seen"]]


def cell_of(page, id):
    """The cell with this id, scrolled into view (JupyterLab draws only what is near the window)."""
    index = page.evaluate(
        """async id => {
          const nb = window.jupyterapp.shell.currentWidget.content;
          const i = nb.widgets.findIndex(c => c.model.id === id);
          nb.activeCellIndex = i; await nb.scrollToItem(i, 'start'); return i; }""",
        id,
    )
    cell = page.locator(f'.jp-NotebookPanel:visible .jp-Cell[data-windowed-list-index="{index}"]')
    cell.wait_for(state="visible")
    page.wait_for_timeout(200)
    return cell


def rest(cell):
    """Wait until nothing in the cell changes any more: widgets answer from a thread of their own."""
    cell.evaluate("""async cell => { for (let i = 0, seen; i < 100 && cell.innerHTML !== seen; i++) {
      seen = cell.innerHTML; await new Promise(r => setTimeout(r, 300)); } }""")


def look_at(page, cell, name):
    """A screenshot of the cell's output."""
    cell.locator(".jp-Cell-outputArea").evaluate("e => e.scrollIntoView({block: 'nearest'})")
    if cell.locator(".jupyter-widgets").count():
        rest(cell)
    page.screenshot(path=SHOTS / f"{name}.png")


def changes(image, do, within=None):
    """Do something, and wait until the picture has changed."""
    src = image.get_attribute("src")
    do()
    pw.expect(image).not_to_have_attribute("src", src, timeout=within)


# ── every control, found on the page ─────────────────────────────────────────────────────────────


def work(page, cell):
    """Use every control beside a picture; the picture must change. → the sliders that changed nothing"""
    dead, panels = [], cell.locator(".widget-hbox:has(> img.course-picture)").all()
    assert bool(panels) == bool(cell.locator(".jupyter-widgets").count())  # else nothing would be tested here
    for panel in panels:
        image = panel.locator("> img.course-picture")
        for plane in panel.locator("svg.plane").all():
            for spot in ((0.7, 0.3), (0.25, 0.6)):
                changes(image, lambda plane=plane, spot=spot: click_at(plane, *spot))
            changes(image, lambda: [page.keyboard.press(k) for k in ("ArrowRight", "ArrowUp") * 8])
            rest(panel)  # so that a late change is not taken for an answer to the next control
        handles = panel.locator(".noUi-handle").all()
        for number, handle in enumerate(handles, 1):
            if not press_slider(handle, image):
                dead.append(f"slider {number} of {len(handles)}")
        for menu in panel.locator("select").all():
            changes(image, lambda menu=menu: menu.select_option(index=1))
        if handles:
            drag_slider(page, handles[0], image)
            rest(panel)
        for play in panel.locator(".widget-play").all():
            changes(image, lambda play=play: play.locator("button").first.click())
        for button in panel.locator("button:not(.widget-play button)").all():
            changes(image, lambda button=button: button.click())
    return dead


def click_at(plane, fx, fy):
    box = plane.bounding_box()
    plane.click(position={"x": fx * box["width"], "y": fy * box["height"]})


def press_slider(handle, image):
    """To its ends and back, by the keyboard. → whether the picture changed"""
    low, at, high = (handle.get_attribute(f"aria-value{which}") for which in ("min", "now", "max"))
    if low == high:
        return True  # it cannot move, such as that of a film of a single step
    for key in (
        "Home" if at == high else "End",
        "ArrowLeft",
        "ArrowRight",
    ):  # both ends may show the same picture
        with contextlib.suppress(AssertionError):
            changes(image, lambda key=key: handle.press(key), within=3_000)
            return True
    return False


def drag_slider(page, handle, image):
    """To the other side of its rail, by the mouse."""
    handle.scroll_into_view_if_needed()
    rail, at = handle.locator("xpath=../../..").bounding_box(), handle.bounding_box()
    x, y, middle = at["x"] + at["width"] / 2, at["y"] + at["height"] / 2, rail["x"] + rail["width"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    changes(image, lambda: page.mouse.move(2 * middle - x, y + 5, steps=10))
    page.mouse.up()


def play_the_game(page, cell, name):
    def step():
        return int(re.search(r"step ([\d,]+)", cell.inner_text())[1].replace(",", ""))

    def until(condition):
        for _ in range(200):
            if condition():
                return
            page.wait_for_timeout(100)
        raise AssertionError(cell.inner_text())

    begun = step()
    cell.get_by_role("button", name="Play").click()
    until(lambda: step() > begun)
    page.screenshot(path=SHOTS / f"{name}-plays.png")
    cell.get_by_role("button", name="Pause").click()
    cell.get_by_role("button", name="Play").wait_for()
    cell.get_by_role("button", name="One step").click()
    until(lambda: step() % 10 == 1)  # a frame has ten steps, so the game was paused but for this one
    paused = step()
    cell.locator("select").filter(has_text="draw your own").select_option("draw your own")
    for spot in ((0.2, 0.3), (0.7, 0.4), (0.5, 0.8)):
        click_at(cell.locator("svg.plane.drawing"), *spot)
    cell.get_by_role("button", name="Play").click()
    until(lambda: step() > paused + 20)
    page.screenshot(path=SHOTS / f"{name}-own.png")
    cell.get_by_role("button", name="Pause").click()
    cell.get_by_role("button", name="Play").wait_for()
    cell.locator("select").filter(has_text="slow motion").select_option("slow motion")
    cell.get_by_role("button", name="Play").click()
    until(lambda: "D moves" in cell.inner_text())
    until(lambda: "G moves" in cell.inner_text())
    page.screenshot(path=SHOTS / f"{name}-slow.png")
    cell.get_by_role("button", name="Pause").click()
    cell.get_by_role("button", name="Play").wait_for()
    frame = cell.locator("svg.plane image")
    for handle in cell.locator(".noUi-handle").all():  # a new learning rate or width: no error
        handle.press("ArrowRight")
    cell.get_by_role("button", name="Reset").click()
    until(lambda: step() == 0)
    for box in cell.locator("input[type=checkbox]").all():
        href = frame.get_attribute("href")
        box.press("Space")
        pw.expect(frame).not_to_have_attribute("href", href)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_control_of_every_notebook(page, lab, path):
    dead = {}
    for id in open_and_run(page, lab, path.name):
        cell, name = cell_of(page, id), f"{path.stem[:2]}_{id}"
        if cell.get_by_role("button", name="One step").count():
            play_the_game(page, cell, name)
        else:
            dead[id] = work(page, cell)
            look_at(page, cell, name)
        assert not cell.locator("[role=alert]").count(), f"{id}: {cell.locator('[role=alert]').inner_text()}"
    assert not any(dead.values()), f"these sliders do not change the picture: {dead}"


# ── a student at the keyboard ────────────────────────────────────────────────────────────────────


def run_cell(page, id, text=None):
    """Type `text`, if given, in place of the cell's source; run the cell by Shift+Enter. → the cell"""
    cell = cell_of(page, id)
    cell.locator(".cm-content").click()
    if text is not None:
        page.keyboard.press("ControlOrMeta+A")
        page.keyboard.insert_text(text)
        active = "jupyterapp.shell.currentWidget.content.activeCell"
        assert page.evaluate(f"() => {active}.model.sharedModel.source") == text
    page.keyboard.press("Shift+Enter")
    return cell


def test_a_student_types_answers_and_stops_a_training(page, lab):
    open_and_run(page, lab, NOTEBOOKS[0].name)
    own = {cell.id: cell.source for cell in notebooks.read(NOTEBOOKS[0]).cells}
    of_it = sum(id.startswith("01.") for id in EXERCISES)

    right = notebooks.solved(own["ex-01-2"], "01.2")
    wrong = right.replace(".mean()", ".sqrt().mean()")
    cell = run_cell(page, "ex-01-2", wrong)
    pw.expect(cell).to_contain_text(f"✗ 01.2 not right yet: {EXERCISES['01.2'].mistakes['rooted'].tell}")
    run_cell(page, "ex-01-2", right)
    pw.expect(cell).to_contain_text("✓ 01.2 correct. (Your reconstruction is used from here on.)")
    page.screenshot(path=SHOTS / "01_ex-01-2.png")
    pw.expect(run_cell(page, "progress")).to_contain_text(f"1 of {of_it} solved")

    training = cell_of(page, "lab1-train").locator(".jp-Cell-outputArea")
    first = training.locator("img").get_attribute("src")
    run_cell(page, "lab1-train", re.sub("n_steps = .*", "n_steps = 10_000_000", own["lab1-train"]))
    pw.expect(training.locator("img")).not_to_have_attribute("src", first)  # the new run's live picture
    page.locator("[data-command='notebook:interrupt-kernel']:visible").click()
    pw.expect(training).to_contain_text(re.compile(r"■ Stopped by you after [\d,]+ of 10,000,000 steps"))
    page.screenshot(path=SHOTS / "01_stopped.png")

    prompt = cell_of(page, "lab1-see").locator(".jp-InputPrompt")
    before = re.escape(prompt.inner_text().strip())
    after = run_cell(page, "lab1-see")
    pw.expect(prompt).to_have_text(re.compile(rf"^(?!{before})\[\d+\]"))
    pw.expect(after).to_contain_text("reconstruction error")
    assert not after.locator("[data-mime-type*=error], [data-mime-type*=stderr]").count()
