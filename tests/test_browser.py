"""Real JupyterLab, real Chromium: open, Run All, drag sliders, click maps, look. `pytest -m browser`

Needs `pip install -e .[browser]` and a Chromium on the PATH. Screenshots go to artifacts/.
"""

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

pw = pytest.importorskip("playwright.sync_api")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason="no chromium on PATH")]
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-sync",
]
ROOT = Path(__file__).resolve().parent.parent
SHOTS = ROOT / "artifacts"

RUN_ALL = """async () => {
  const app = window.jupyterapp;
  await app.restored;
  const until = async f => { for (let i = 0; i < 600 && !f(); i++) await new Promise(r => setTimeout(r, 100)); return f(); };
  const p = await until(() => app.shell.currentWidget?.sessionContext && app.shell.currentWidget);
  await p.context.ready; await p.revealed; await p.sessionContext.ready;
  const k = await until(() => p.sessionContext.session?.kernel);
  await k.info;
  await app.commands.execute('notebook:run-all-cells');
  await k.requestKernelInfo();
  return p.context.model.toJSON().cells.filter(c => c.cell_type === 'code').map(c => ({
    id: c.id, n: c.execution_count, errors: c.outputs.filter(o => o.output_type === 'error' || o.name === 'stderr')
      .map(o => o.text || o.ename + ': ' + o.evalue)}));
}"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    root = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    settings = root / "config" / "labconfig"
    settings.mkdir(parents=True)
    (settings / "default_setting_overrides.json").write_text(
        json.dumps({
            "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
            "@jupyterlab/apputils-extension:themes": {"theme": os.environ.get("THEME", "JupyterLab Light")},
        })
    )  # fmt: skip
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    folders = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
               "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces", "IPYTHONDIR": "ipython"}  # fmt: skip
    environment = {**os.environ, **{key: str(root / name) for key, name in folders.items()}}
    options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--port-retries=0",
               "--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True", f"--ServerApp.root_dir={root}",
               "--LabApp.expose_app_in_browser=True"]  # fmt: skip
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
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(600_000)
        yield page
        browser.close()


def open_and_run(page, lab, name):
    page.goto(f"{lab}/lab/tree/notebooks/{name}?reset")
    page.wait_for_function("() => window.jupyterapp !== undefined")
    cells = page.evaluate(RUN_ALL)
    assert all(c["n"] and not c["errors"] for c in cells), [c for c in cells if c["errors"] or not c["n"]]
    return page.locator(".jp-NotebookPanel:visible")


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
    page.wait_for_timeout(500)
    return cell


def changes(page, image, do):
    """Do something, and wait until the picture is another one."""
    src = image.get_attribute("src")
    do()
    pw.expect(image).not_to_have_attribute("src", src)


def drag_first_slider(page, cell):
    image, handle = cell.locator("img.course-picture"), cell.locator(".noUi-handle").first
    for _ in range(3):
        press_slider(page, cell, "ArrowRight")
    box = handle.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    changes(page, image, lambda: page.mouse.move(box["x"] - 60, box["y"] + 5, steps=10))
    page.mouse.up()


def click_plane(page, cell):
    plane, image = cell.locator("svg.plane"), cell.locator("img.course-picture")
    box = plane.bounding_box()
    for fx, fy in ((0.7, 0.3), (0.25, 0.6)):
        spot = box["x"] + fx * box["width"], box["y"] + fy * box["height"]
        changes(page, image, lambda spot=spot: page.mouse.click(*spot))
    changes(page, image, lambda: [page.keyboard.press("ArrowRight") for _ in range(8)])


def press_slider(page, cell, key):
    image, handle = cell.locator("img.course-picture"), cell.locator(".noUi-handle").first
    changes(page, image, lambda: handle.press(key))


def press_sliders(page, notebook, *ids):
    """Each slider one step to the right, and a screenshot of what it changed."""
    for id in ids:
        press_slider(page, cell_of(page, id), "ArrowRight")
        page.screenshot(path=SHOTS / f"{notebook}_{id}.png")


def look_at(page, notebook, *ids):
    for id in ids:
        cell_of(page, id)
        page.screenshot(path=SHOTS / f"{notebook}_{id}.png")


def test_01_in_a_real_browser(page, lab):
    open_and_run(page, lab, "01_autoencoder.ipynb")
    cell = cell_of(page, "walk")
    drag_first_slider(page, cell)
    changes(
        page, cell.locator("img.course-picture"), lambda: cell.get_by_role("button", name="Random").click()
    )
    for id in ("tsne-click", "holes", "neighbours"):
        click_plane(page, cell_of(page, id))
        page.screenshot(path=SHOTS / f"01_{id}.png")
    press_slider(page, cell_of(page, "lab1-film"), "Home")
    look_at(page, "01", "title", "lab1-see", "saddle-see", "walk", "lab1-film", "progress")


def test_02_in_a_real_browser(page, lab):
    open_and_run(page, lab, "02_vae.ipynb")
    click_plane(page, cell_of(page, "plane"))
    page.screenshot(path=SHOTS / "02_plane.png")
    for id in ("plane-sliders", "sliders", "styles-sliders"):
        drag_first_slider(page, cell_of(page, id))
        page.screenshot(path=SHOTS / f"02_{id}.png")
    press_slider(page, cell_of(page, "betas-slider"), "ArrowRight")
    look_at(page, "02", "manifold", "vae-score", "aggregated-2d", "betas-slider", "progress")


def test_03_in_a_real_browser(page, lab):
    open_and_run(page, lab, "03_aae.ipynb")
    press_slider(page, cell_of(page, "aae-film"), "Home")
    press_slider(page, cell_of(page, "priors-selector"), "ArrowRight")
    click_plane(page, cell_of(page, "petals-plane"))
    page.screenshot(path=SHOTS / "03_petals-plane.png")
    drag_first_slider(page, cell_of(page, "style-sliders"))
    page.screenshot(path=SHOTS / "03_style-sliders.png")
    look_at(page, "03", "judge", "priors-selector", "purity", "molecules-see", "progress")


def test_04_in_a_real_browser(page, lab):
    open_and_run(page, lab, "04_gan.ipynb")
    for id, key in {
        "judge-film": "Home",
        "apart-slider": "End",
        "game-of-two-slider": "End",
        "digits-film": "Home",
    }.items():
        press_slider(page, cell_of(page, id), key)
    for id in ("walk-sliders", "cgan-sliders"):
        drag_first_slider(page, cell_of(page, id))
        page.screenshot(path=SHOTS / f"04_{id}.png")
    play_the_game(page, cell_of(page, "game"))
    look_at(
        page,
        "04",
        "judge-film",
        "apart-slider",
        "read-losses",
        "unrolled",
        "digits-film",
        "ladder",
        "frames-see",
        "progress",
    )


def play_the_game(page, cell):
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
    page.screenshot(path=SHOTS / "04_game.png")
    cell.get_by_role("button", name="Pause").click()
    cell.get_by_role("button", name="Play").wait_for()
    page.wait_for_timeout(500)
    paused = step()
    cell.get_by_role("button", name="One step").click()
    until(lambda: step() == paused + 1)
    cell.locator("select").filter(has_text="draw your own").select_option("draw your own")
    plane = cell.locator("svg.plane.drawing")
    box = plane.bounding_box()
    for fx, fy in ((0.2, 0.3), (0.7, 0.4), (0.5, 0.8)):
        page.mouse.click(box["x"] + fx * box["width"], box["y"] + fy * box["height"])
    cell.get_by_role("button", name="Play").click()
    until(lambda: step() > paused + 20)
    page.screenshot(path=SHOTS / "04_game-own.png")
    cell.get_by_role("button", name="Pause").click()


def test_05_in_a_real_browser(page, lab):
    open_and_run(page, lab, "05_tricks.ipynb")
    press_sliders(page, "05", "two-sided-slider", "holes-slider", "checkerboard-slider")
    look_at(page, "05", "plain", "balance-games", "balance", "table", "rescue-try", "progress")


def test_06_in_a_real_browser(page, lab):
    open_and_run(page, lab, "06_wgan.ipynb")
    cell = cell_of(page, "dirt")
    box = cell.locator("svg.plane").bounding_box()

    def pull():  # a pile far to the right
        page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.4 * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.1 * box["height"], steps=5)
        page.mouse.up()

    changes(page, cell.locator("img.course-picture"), pull)
    page.screenshot(path=SHOTS / "06_dirt.png")
    press_sliders(page, "06", "apart", "clip", "digits-film")
    look_at(page, "06", "normals", "gap", "rescue", "digits-more", "robust", "cwgan", "progress")


def test_07_in_a_real_browser(page, lab):
    open_and_run(page, lab, "07_wgan_gp.ipynb")
    press_sliders(page, "07", "deep", "conditional", "objectives-film")
    look_at(
        page,
        "07",
        "between",
        "surfaces",
        "whose",
        "sides",
        "game",
        "digits",
        "forms",
        "architectures",
        "own-architecture",
        "progress",
    )


def test_08_in_a_real_browser(page, lab):
    open_and_run(page, lab, "08_alae.ipynb")
    press_sliders(page, "08", "dirac-paths", "w-sliders", "z-sliders", "interpolation")
    look_at(
        page,
        "08",
        "flow",
        "train",
        "falls",
        "codes",
        "principal",
        "what-if",
        "board",
        "board-generation",
        "progress",
    )
