"""Data: every source, every fault; nothing is ever deleted, and nothing damaged is ever used."""

import gzip
import hashlib
import http.server
import socket
import struct
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision import datasets

from course_utils import data, session


def idx(array):
    """An array as the bytes of an IDX file of unsigned bytes."""
    return (
        struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()
    )


def mnist_files(n_train=40, n_test=20):
    rng = np.random.default_rng(0)
    files = {}
    for part, n in (("train", n_train), ("t10k", n_test)):
        files[f"{part}-images-idx3-ubyte"] = idx(rng.integers(0, 256, (n, 28, 28)))
        files[f"{part}-labels-idx1-ubyte"] = idx(np.arange(n) % 10)
    return files


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A data folder of its own, with nothing else to look in."""
    monkeypatch.setattr(session, "data_dirs", lambda: [tmp_path])
    return tmp_path


@pytest.fixture
def raw(home):
    raw = home / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, content in mnist_files().items():
        (raw / name).write_bytes(content)
    return raw


def contents(folder):
    return {f: f.read_bytes() for f in folder.rglob("*") if f.is_file()}


# ── from disk ────────────────────────────────────────────────────────────────────────────────────


def test_mnist_from_disk(raw, capsys):
    digits = data.digits()
    assert (
        digits.name == "MNIST"
        and digits.x.shape == (40, 1, 28, 28)
        and digits.x_test.shape == (20, 1, 28, 28)
    )
    first = np.frombuffer((raw / "train-images-idx3-ubyte").read_bytes()[16:], np.uint8)[:784]
    assert torch.allclose(digits.x[0].flatten(), torch.from_numpy(first / 127.5 - 1).float(), atol=1e-6)
    assert digits.x.min() == -1 and digits.x.max() == 1 and digits.x.dtype == torch.float32
    assert digits.y[:12].tolist() == [*range(10), 0, 1]
    assert len(capsys.readouterr().out.splitlines()) == 1


def truncated(file):
    file.write_bytes(file.read_bytes()[:-300])


def half_a_header(file):
    file.write_bytes(file.read_bytes()[:3])


def wrong_magic(file):
    file.write_bytes(b"\x1f\x8b\x08\x00" + file.read_bytes()[4:])


def missing(file):
    file.unlink()


def empty(file):
    file.write_bytes(b"")


def unreadable(file):
    file.unlink()
    file.mkdir()  # also the administrator cannot read a folder as a file


def other_shape(file):
    file.write_bytes(idx(np.zeros((40, 14, 14)) if "images" in file.name else np.zeros(3)))


def no_items(file):
    file.write_bytes(idx(np.zeros((0, 28, 28)) if "images" in file.name else np.zeros(0)))


@pytest.mark.parametrize(
    "damage", [truncated, half_a_header, wrong_magic, missing, empty, unreadable, other_shape, no_items]
)
@pytest.mark.parametrize(
    "name", ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte"]
)
def test_a_bad_file_is_named_never_used_never_deleted(raw, capsys, damage, name):
    damage(raw / name)
    before = contents(raw)
    told = "train|t10k" if damage in (other_shape, no_items) else name
    with pytest.raises(data.DataError, match=told):
        data.digits("mnist")
    digits = data.digits()  # "auto" falls back, and says why
    assert digits.name == "bundled UCI digits"
    assert str(raw) in capsys.readouterr().out
    assert contents(raw) == before


def test_a_folder_that_cannot_even_be_looked_into_is_told(monkeypatch, capsys):
    """Also the administrator is refused here: the name is too long for a disk."""
    monkeypatch.setattr(session, "data_dirs", lambda: [Path("/" + 300 * "x")])
    assert data.digits().name == "bundled UCI digits"
    assert "; no MNIST: " in capsys.readouterr().out
    with pytest.raises(data.DataError, match="xxx"):
        data.digits("mnist")
    with pytest.raises(data.DataError, match="CIFAR-10 is not in"):
        data.frogs(download=False)


def test_labels_out_of_range_are_damage(raw):
    (raw / "train-labels-idx1-ubyte").write_bytes(idx(np.full(40, 11)))
    with pytest.raises(data.DataError, match="labels up to 11"):
        data.digits("mnist")


def test_an_unknown_name_says_which_there_are():
    with pytest.raises(ValueError, match="auto, mnist, fashion, bundled"):
        data.digits("cifar")


# ── from the net ─────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def mirror(monkeypatch):
    """torchvision's mirror, played by a server on this machine; `.answer` may be changed to be silent."""

    class Handler(http.server.BaseHTTPRequestHandler):
        answer, packed = True, {f"/{k}.gz": gzip.compress(v) for k, v in mnist_files().items()}

        def do_GET(self):
            if not Handler.answer:
                time.sleep(3)
                return
            body = self.packed[self.path]
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("COURSE_SCALE", "class")  # the smoke scale never asks
    monkeypatch.setattr(datasets.MNIST, "mirrors", [f"http://127.0.0.1:{server.server_port}/"])
    resources = [(name[1:], hashlib.md5(body).hexdigest()) for name, body in Handler.packed.items()]
    monkeypatch.setattr(datasets.MNIST, "resources", resources)
    yield Handler
    server.shutdown()


def test_a_download_lands_whole(home, mirror, capsys):
    digits = data.digits()
    assert digits.name == "MNIST" and len(digits.x) == 40
    assert sorted(f.name for f in (home / "MNIST" / "raw").iterdir()) == sorted(mnist_files())
    assert [f.name for f in home.iterdir()] == ["MNIST"]  # no scraps
    assert data.digits().name == "MNIST" and "from " in capsys.readouterr().out


def test_a_download_that_is_not_what_it_should_be_is_not_kept(home, mirror):
    mirror.packed = {name: body[:-20] for name, body in mirror.packed.items()}
    with pytest.raises(data.DataError):
        data.digits("mnist")
    assert not list(home.iterdir())


def test_a_download_that_cannot_be_kept_is_used_and_that_is_said(home, mirror, monkeypatch, capsys):
    (home / "MNIST").write_text("a file, where the folder is to be")
    before = contents(home)
    assert len(data.digits().x) == 40
    assert f"downloaded for this time: {home / 'MNIST' / 'raw'} cannot be written" in capsys.readouterr().out
    monkeypatch.setattr(session, "data_dirs", lambda: [home / "MNIST" / "nowhere"])
    assert len(data.digits().x) == 40
    assert "downloaded for this time: no data folder can be written" in capsys.readouterr().out
    monkeypatch.setattr(data, "_writable", lambda folder: True)  # as Windows says of any folder
    assert data.digits().name == "bundled UCI digits"
    assert "nothing can be downloaded into" in capsys.readouterr().out
    assert contents(home) == before


def test_silence_is_given_up(home, mirror, monkeypatch, capsys):
    mirror.answer = False
    monkeypatch.setattr(data, "PATIENCE", 0.5)
    begin = time.monotonic()
    assert data.digits().name == "bundled UCI digits"
    assert time.monotonic() - begin < 15
    assert "its download failed" in capsys.readouterr().out


def test_a_dead_network_falls_back(home, monkeypatch, capsys):
    def dead(*_, **__):
        raise OSError("network is unreachable")

    monkeypatch.setenv("COURSE_SCALE", "class")
    monkeypatch.setattr(socket, "getaddrinfo", dead)
    monkeypatch.setattr(socket.socket, "connect", dead)
    assert data.digits().name == "bundled UCI digits"
    assert "its download failed" in capsys.readouterr().out
    with pytest.raises(data.DataError, match="data/README.md"):
        data.digits("fashion")


# ── the bundled set ──────────────────────────────────────────────────────────────────────────────


def test_bundled_digits_look_like_digits_and_repeat():
    a, b = data.digits("bundled"), data.digits("bundled")
    assert a.x.shape == (20_000, 1, 28, 28) and a.x_test.shape == (2_000, 1, 28, 28)
    assert torch.equal(a.x, b.x) and a.x.min() >= -1 and a.x.max() <= 1
    assert 0.08 < (a.x > 0).float().mean() < 0.25  # MNIST: 0.13
    assert torch.bincount(a.y, minlength=10).min() > 1_500


def test_no_test_digit_has_a_twin_in_training(monkeypatch):
    picks = []
    monkeypatch.setattr(data, "_redraw", lambda small, pick, generator: picks.append(pick))
    data._bundled()
    train, test = (set(p.tolist()) for p in picks)
    assert not train & test and len(train | test) == 1_797


# ── batches and toys ─────────────────────────────────────────────────────────────────────────────


def test_batches_are_endless_random_and_matched():
    x = torch.arange(10.0).unsqueeze(1)
    batches = data.Batches(x, torch.arange(10), batch_size=64)
    seen = set()
    for _ in range(20):
        a, y = next(batches)
        assert a.shape == (64, 1) and torch.equal(a[:, 0].long(), y)
        seen |= set(y.tolist())
    assert seen == set(range(10))
    assert next(data.Batches(x))[1] is None


def test_batches_refuse_what_cannot_be():
    with pytest.raises(ValueError, match="empty"):
        data.Batches(torch.zeros(0, 2))
    with pytest.raises(ValueError, match="3 items and 2 labels"):
        data.Batches(torch.zeros(3, 2), torch.zeros(2))


def test_the_ring_has_eight_modes_where_they_belong():
    x, mode = data.ring(8_000)
    centres = torch.stack([x[mode == k].mean(0) for k in range(8)])
    assert torch.allclose(centres.norm(dim=1), torch.ones(8), atol=2e-3)
    steps = torch.cdist(centres, centres).topk(2, largest=False).values[:, 1]
    assert torch.allclose(
        steps, torch.full((8,), 2 * np.sin(np.pi / 8)).float(), atol=5e-3
    )  # eight different ones
    assert abs((x - centres[mode]).std() - 0.01) < 5e-4


def test_the_grid_has_25_modes():
    x, mode = data.grid(20_000)
    centres = torch.stack([x[mode == k].mean(0) for k in range(25)])
    assert set(map(tuple, centres.round().int().tolist())) == {
        (a, b) for a in range(-4, 5, 2) for b in range(-4, 5, 2)
    }
    assert abs((x - centres[mode]).std() - 0.05) < 2e-3


def test_the_other_toys():
    x, along = data.swiss_roll(5_000, std=0.0)
    assert torch.allclose(x.norm(dim=1), 2 * along.sqrt(), atol=1e-5)
    x, moon = data.two_moons(5_000, std=0.0)
    assert x.mean(0).abs().max() < 0.05 and set(moon.tolist()) == {0, 1}
    assert torch.allclose((x[moon == 0] - torch.tensor([-0.5, -0.25])).norm(dim=1), torch.ones(()), atol=1e-5)
    mixture = data.mixture_1d()
    at = torch.linspace(-12, 12, 4001)
    assert abs(torch.trapezoid(mixture.log_prob(at).exp(), at) - 1) < 1e-4
    assert abs(mixture.sample((40_000,)).mean() - (0.4 * -2.0 + 0.6 * 1.0)) < 0.03


def test_molecules_are_whole_and_named():
    molecules = data.molecules()
    n = len(molecules.names)
    assert molecules.x.shape == (n, 166) and set(molecules.x.unique().tolist()) == {-1.0, 1.0}
    assert len(set(molecules.names)) == n > 200 and len(molecules.families) == 10
    assert molecules.y.bincount(minlength=10).min() >= 15
    assert {"caffeine", "glucose"} <= set(molecules.names)


def test_fingerprints_are_rdkits():
    pytest.importorskip("rdkit", reason="pip install rdkit to compute the fingerprints again")
    import csv

    from rdkit import Chem
    from rdkit.Chem import MACCSkeys

    molecules = data.molecules()
    with open(session.ROOT / "data" / "molecules.csv", encoding="utf-8", newline="") as file:
        for row, x in zip(csv.DictReader(file), molecules.x, strict=True):
            keys = MACCSkeys.GenMACCSKeys(Chem.MolFromSmiles(row["smiles"]))
            assert [int(bit) for bit in keys][1:] == (x > 0).int().tolist(), row["name"]


def test_rows_choose_what_is_drawn_and_how_often():
    x, y = torch.arange(6.0), torch.tensor([0, 0, 1, 1, 2, 2])
    drawn = next(data.Batches(x, y, batch_size=3000, rows=torch.tensor([1, 1, 1, 4])))[0]
    assert set(drawn.tolist()) == {1, 4} and 0.7 < (drawn == 1).float().mean() < 0.8
    assert y[data.balanced(y.repeat(4), 3) % 6].tolist() == [0] * 3 + [1] * 3 + [2] * 3
    rows = data.half_labelled(10, 60)
    assert (rows < 10).float().mean() == 0.5 and set(rows.tolist()) == set(range(60))


def test_a_moving_digit_goes_one_of_four_ways():
    x = torch.full((5, 1, 28, 28), -1.0)
    x[:, :, 10:15, 10:12] = 1
    frames = data.MovingDigits(x, batch_size=200)
    here, x_next = next(frames)
    futures = frames.futures(here)
    which = (futures == x_next).flatten(2).all(2)  # (4, 200)
    assert which.sum(0).eq(1).all() and which.float().mean(1).min() > 0.1
    assert futures[0, 0, 0, 10, 6] == 1 and futures[1, 0, 0, 10, 15] == 1  # left and right by four


def test_frogs_from_disk_and_what_is_said_without(tmp_path, monkeypatch):
    import pickle

    from torchvision.datasets import CIFAR10

    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
    with pytest.raises(data.DataError, match=r"CIFAR-10 is not in .*download=True"):
        data.frogs()
    folder = tmp_path / CIFAR10.base_folder
    folder.mkdir()
    with pytest.raises(data.DataError, match="damaged"):
        data.frogs()
    rows = np.arange(20, dtype=np.uint8).repeat(3072).reshape(20, 3072)
    for name, _ in CIFAR10.train_list:
        (folder / name).write_bytes(pickle.dumps({"data": rows, "labels": [6, 1] * 10}))
    (folder / CIFAR10.meta["filename"]).write_bytes(pickle.dumps({CIFAR10.meta["key"]: list("abcdefghij")}))
    with pytest.raises(data.DataError, match="damaged"):  # not the files that torchvision knows
        data.frogs()
    monkeypatch.setattr("torchvision.datasets.cifar.check_integrity", lambda *_: True)
    x = data.frogs()
    assert x.shape == (50, 3, 32, 32) and x.min() == -1 and x[1].mean() == pytest.approx(2 / 127.5 - 1)


def test_an_interrupted_download_of_frogs_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(data.session, "data_dirs", lambda: [tmp_path])
    from torchvision.datasets import CIFAR10

    def half(name, folder):
        (Path(folder) / CIFAR10.base_folder).mkdir()
        raise data.DataError("its download failed: cut")

    monkeypatch.setattr(data, "_fetch", half)
    with pytest.raises(data.DataError, match="cut"):
        data.frogs(download=True)
    assert not list(tmp_path.iterdir())
