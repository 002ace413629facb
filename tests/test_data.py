"""Data: every source, every fault; nothing is ever deleted, and nothing damaged is ever used."""

import csv
import functools
import gzip
import hashlib
import http.server
import itertools
import pickle
import re
import shutil
import socket
import struct
import threading
import time
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
import sklearn.datasets
import torch
from PIL import Image
from torchvision.datasets import CIFAR10, MNIST

from course_utils import data, pretrained, session
from course_utils.data import files

RNG = np.random.default_rng(0)
ARRAYS = {
    "train-images-idx3-ubyte": RNG.integers(0, 256, (12, 28, 28)),
    "train-labels-idx1-ubyte": np.arange(12) % 10,
    "t10k-images-idx3-ubyte": RNG.integers(0, 256, (5, 28, 28)),
    "t10k-labels-idx1-ubyte": np.arange(5),
}


def idx(array):
    """An array as the bytes of an IDX file of unsigned bytes."""
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()


# All of MNIST, with a handful of images of noise
FILES = {name: idx(array) for name, array in ARRAYS.items()}


def write(contents, folder):
    folder.mkdir(parents=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return folder


def on_disk(folder):
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A data folder of its own, with nothing else to look in."""
    monkeypatch.setattr(session, "data_dirs", lambda: [tmp_path])
    return tmp_path


def test_mnist_from_disk_first_from_the_students_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(session, "ROOT", tmp_path)
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "own"))
    for folder in (tmp_path / "data", tmp_path / "own"):
        write(FILES, folder / "MNIST" / "raw")
        digits = data.digits()
        said = capsys.readouterr().out
        assert f", from {folder}" in said and len(said.splitlines()) == 1
    assert digits.name == "MNIST" and digits.x.dtype == torch.float32
    pixels = torch.from_numpy(ARRAYS["train-images-idx3-ubyte"]).unsqueeze(1)
    assert torch.allclose(digits.x, (pixels / 127.5 - 1).float(), atol=1e-6)
    assert digits.x.min() == -1 and digits.x.max() == 1 and digits.x_test.shape == (5, 1, 28, 28)
    assert digits.y.tolist() == [*range(10), 0, 1] and digits.y_test.tolist() == [0, 1, 2, 3, 4]


DAMAGE = {
    "truncated": lambda array: idx(array)[:-3],
    "half a header": lambda array: idx(array)[:3],
    "wrong magic": lambda array: b"\x1f\x8b\x08\x00" + idx(array)[4:],
    "empty": lambda array: b"",
    "one item less": lambda array: idx(array[:-1]),
    "no items": lambda array: idx(array[:0]),
    "other size": lambda array: idx(np.zeros((len(array), 14, 14))),
    "label 11": lambda array: idx(np.full(len(array), 11)),
    "missing": None,
    "a folder": None,  # even the administrator cannot read it as a file
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", ARRAYS)
def test_a_bad_file_is_named_never_used_never_deleted(home, damage, name):
    raw = write(FILES, home / "MNIST" / "raw")
    (raw / name).unlink()
    if DAMAGE[damage]:
        (raw / name).write_bytes(DAMAGE[damage](ARRAYS[name]))
    elif damage == "a folder":
        (raw / name).mkdir()
    before = on_disk(raw)
    part = raw / name.split("-")[0]  # its images and labels: which of the two is wrong cannot always be known
    with pytest.raises(data.DataError, match=re.escape(str(part))) as told:
        data.digits("mnist")
    assert ("missing beside its sisters" in str(told.value)) == (damage == "missing")
    assert on_disk(raw) == before


@pytest.mark.parametrize("name", ["{}", "{}.gz", "{}-dotted", "{}-dotted.gz"])
def test_mnist_is_read_under_all_names_by_which_it_is_handed_on(home, name):
    write({}, home / "MNIST" / "raw")
    for file, content in FILES.items():
        other = name.format(file).replace("-dotted", "")
        other = other.replace("-idx", ".idx") if "dotted" in name else other
        packed = gzip.compress(content) if name.endswith(".gz") else content
        (home / "MNIST" / "raw" / other).write_bytes(packed)
    assert data.digits("mnist").y_test.tolist() == [0, 1, 2, 3, 4]


def test_a_damaged_packed_file_is_named(home):
    raw = write(
        {f"{name}.gz": gzip.compress(content)[:-9] for name, content in FILES.items()}, home / "MNIST/raw"
    )
    with pytest.raises(data.DataError, match=f"{raw}.*gz is damaged"):
        data.digits("mnist")


def test_a_misspelt_folder_is_told(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setattr(session, "ROOT", tmp_path)
    data.digits()
    assert f"{tmp_path / 'nowhere'}/MNIST/raw does not exist" in capsys.readouterr().out


BAD_IMAGES = {
    "bytes": (lambda x: (x * 255).byte(), r"float\(\) / 127.5 - 1"),
    "doubles": (lambda x: 2 * x.double() - 1, "float64.*torch.float32"),
    "0 to 255": (lambda x: 255 * x, "x / 127.5 - 1"),
    "0 to 1": (lambda x: x, r"2 \* x - 1"),
    "nan": (lambda x: x / x.floor(), "not finite"),
    "normalized": (lambda x: (x - 0.13) / 0.3, "clamp"),
}


@pytest.mark.parametrize("bad", BAD_IMAGES)
def test_images_that_are_not_in_minus_1_to_1_are_told_with_the_remedy(bad):
    make, said = BAD_IMAGES[bad]
    with pytest.raises((TypeError, ValueError), match=said):
        data.Batches(make(torch.rand(4, 1, 28, 28)))


def photos(folder, kinds, n, size=(40, 32)):
    for i in range(n):
        home = folder / kinds[i % len(kinds)] if kinds else folder
        home.mkdir(parents=True, exist_ok=True)
        Image.effect_noise(size, 90).convert("RGB").save(home / f"{i}.png")
    (folder / (kinds[0] if kinds else "") / "notes.txt").write_text("no picture")
    return folder


def test_own_pictures_in_colour_become_data_with_labels_by_folder(tmp_path, capsys):
    mine = data.images(photos(tmp_path / "pets", ["cat", "dog", "owl"], 30))
    said = capsys.readouterr().out
    assert "pets, 24 images to train, 6 to test (cat 10, dog 10, owl 10); no pictures: notes.txt" in said
    assert mine.x.shape == (24, 1, 28, 28) and -1 <= mine.x.min() < mine.x.max() <= 1 and mine.name == "pets"
    assert set(mine.y.tolist()) == set(mine.y_test.tolist()) == {0, 1, 2}
    x, y = next(data.Batches(mine.x, mine.y, batch_size=5))
    assert x.shape == (5, 1, 28, 28) and len(y) == 5


def test_own_pictures_of_every_kind_keep_their_ink(tmp_path, capsys):
    folder = photos(tmp_path / "any", [], 25)
    ink = np.zeros((40, 40, 4), np.uint8)
    ink[10:30, 10:30, 3] = 255  # black on nothing
    deep = np.full((40, 40), 30_000, np.uint16)
    deep[10:30, 10:30] = 2_000
    Image.fromarray(ink).save(folder / "-ink.png")
    Image.fromarray(deep).save(folder / "-deep.png")
    Image.fromarray((deep / 30_000).astype(np.float32)).save(folder / "-real.tiff")
    whole = (folder / "-ink.png").read_bytes()
    (folder / "-broken.png").write_bytes(whole[:45] + b"\xff" * 9 + whole[54:])
    first_three = data.images(folder).x[:3, 0].cpu()
    assert "no pictures: -broken.png, notes.txt" in capsys.readouterr().out
    assert (first_three[:, 14, 14] < -0.9).all() and (first_three[:, 0, 0] > 0.9).all()


def test_own_pictures_without_labels_and_what_cannot_be_used(tmp_path, capsys):
    assert (
        not data.images(photos(tmp_path / "any", [], 25)).y.any() and "no labels" in capsys.readouterr().out
    )
    for folder, said in (
        (photos(tmp_path / "few", [], 3), "few: 3 pictures.*needs 20"),
        (photos(tmp_path / "many", [*"abcdefghijk"], 22), "11 subfolders; keep ten"),
        (tmp_path / "no such", "is not a folder"),
    ):
        with pytest.raises(data.DataError, match=said):
            data.images(folder)


def test_auto_falls_back_to_the_bundled_digits_and_says_why(home, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_SCALE", "class")  # the smoke scale never asks
    monkeypatch.setattr(socket, "getaddrinfo", Mock(side_effect=OSError("network is unreachable")))
    with pytest.raises(data.DataError, match="its download failed: .*data/README.md has other ways"):
        data.digits("fashion")
    file = home / "MNIST" / "raw" / "train-labels-idx1-ubyte"
    for why in ("its download failed", f"{file} is damaged"):
        assert data.digits().name == "bundled UCI digits"
        said = capsys.readouterr().out
        assert "; no MNIST: " in said and why in said and len(said.splitlines()) == 1
        if not file.exists():
            write({**FILES, file.name: b""}, file.parent)


def test_what_cannot_be_had_is_told(home, monkeypatch):
    with pytest.raises(ValueError, match="auto, mnist, fashion, bundled"):
        data.digits("cifar")
    with pytest.raises(data.DataError, match="the smoke scale does not download"):
        data.digits("fashion")
    assert not list(home.iterdir())
    too_long = Path("/" + 300 * "x")  # for any disk
    monkeypatch.setattr(session, "data_dirs", lambda: [too_long])
    with pytest.raises(data.DataError, match="xxx"):
        data.digits("mnist")
    with pytest.raises(data.DataError, match=r"CIFAR-10 is not in .*download=True"):
        data.frogs()


def md5(file):
    return hashlib.md5(file.read_bytes()).hexdigest()


@pytest.fixture
def mirror(tmp_path_factory, monkeypatch):
    """torchvision's servers, played on this machine. They can send a part only, or be silent."""
    served, cifar = tmp_path_factory.mktemp("served"), tmp_path_factory.mktemp("cifar")
    images = np.arange(20, dtype=np.uint8).repeat(3072).reshape(20, 3072)
    parts = {"batch": {"data": images, "labels": [6, 1] * 10}, "meta": {"label_names": list("abcdefghij")}}
    folder = write({name: pickle.dumps(part) for name, part in parts.items()}, cifar / CIFAR10.base_folder)
    archive = Path(shutil.make_archive(served / "cifar", "gztar", cifar))
    mnist = {f"{name}.gz": gzip.compress(content) for name, content in FILES.items()}
    write(mnist, served / "mnist")

    class Handler(http.server.SimpleHTTPRequestHandler):
        share, silence = 1.0, 0

        def do_GET(self):
            if self.share:
                super().do_GET()
            time.sleep(self.silence)

        def copyfile(self, source, outputfile):
            body = source.read()
            outputfile.write(body[: int(self.share * len(body))])

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=served))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("COURSE_SCALE", "class")
    monkeypatch.setattr(MNIST, "mirrors", [f"{url}/mnist/"])
    monkeypatch.setattr(MNIST, "resources", [(name, md5(served / "mnist" / name)) for name in mnist])
    monkeypatch.setattr(CIFAR10, "url", f"{url}/{archive.name}")
    monkeypatch.setattr(CIFAR10, "tgz_md5", md5(archive))
    monkeypatch.setattr(CIFAR10, "train_list", [("batch", md5(folder / "batch"))])
    monkeypatch.setattr(CIFAR10, "test_list", [])
    monkeypatch.setattr(CIFAR10, "meta", dict(filename="meta", key="label_names", md5=md5(folder / "meta")))
    yield Handler
    server.shutdown()
    server.server_close()


def test_a_download_lands_whole(home, mirror, capsys):
    for where in ("just downloaded", f"from {home}"):
        assert len(data.digits().x) == 12
        said = capsys.readouterr()
        assert where in said.out and not said.err
    assert on_disk(home) == {str(Path("MNIST", "raw", name)): content for name, content in FILES.items()}
    assert [f.name for f in home.iterdir()] == ["MNIST"]  # no scraps


@pytest.mark.parametrize("get", [lambda: data.digits("mnist"), lambda: data.frogs(download=True)])
@pytest.mark.parametrize("share, silence", [(0.5, 0), (0.5, 3), (0, 3)])
def test_half_a_download_is_given_up_and_leaves_nothing(home, mirror, monkeypatch, get, share, silence):
    mirror.share, mirror.silence = share, silence
    monkeypatch.setattr(files, "PATIENCE", 0.2)
    begin = time.monotonic()
    with pytest.raises(data.DataError, match="its download failed: .*data/README.md has other ways"):
        get()
    assert time.monotonic() - begin < 2 and socket.getdefaulttimeout() is None
    assert not list(home.iterdir())


def test_a_download_goes_where_it_can_be_written_or_is_used_this_once(home, mirror, monkeypatch, capsys):
    (home / "MNIST").write_text("a file, where the folder is to be")
    nowhere, second, before = home / "MNIST" / "nowhere", home / "second", on_disk(home)
    second.mkdir()
    for folders, why in ([home], "raw cannot be written"), ([nowhere], "no data folder can be written"):
        monkeypatch.setattr(session, "data_dirs", lambda folders=folders: folders)
        assert len(data.digits().x) == 12
        said = capsys.readouterr().out
        assert "downloaded for this time: " in said and why in said
    with pytest.raises(data.DataError, match="no data folder can be written"):
        data.frogs(download=True)
    assert on_disk(home) == before
    monkeypatch.setattr(session, "data_dirs", lambda: [nowhere, second])
    data.digits("mnist")
    assert len(on_disk(second)) == 4


def test_frogs_from_the_net_then_from_disk(home, mirror):
    for download in (True, False):
        x = data.frogs(download)
        assert x.shape == (10, 3, 32, 32) and x.min() == -1
        assert torch.allclose(x[1], torch.tensor(2 / 127.5 - 1))  # every other image of 0, 1, 2, … is a frog
    assert [f.name for f in home.iterdir()] == [CIFAR10.base_folder]
    (home / CIFAR10.base_folder / "batch").write_bytes(b"")
    with pytest.raises(data.DataError, match="damaged"):
        data.frogs()


def test_bundled_digits_look_like_digits_repeat_and_have_no_twin_in_the_test_set(monkeypatch):
    monkeypatch.setenv("COURSE_SCALE", "class")
    a = data.digits("bundled")
    assert a.x.shape == (20_000, 1, 28, 28) and a.x_test.shape == (2_000, 1, 28, 28)
    assert a.x.min() >= -1 and a.x.max() <= 1 and 0.08 < (a.x > 0).float().mean() < 0.25  # MNIST: 0.13
    assert torch.bincount(a.y, minlength=10).min() > 1_500
    pixels, labels = sklearn.datasets.load_digits(return_X_y=True)
    numbered = pixels, np.arange(len(pixels))  # each label says which original it is
    monkeypatch.setattr(sklearn.datasets, "load_digits", lambda return_X_y: numbered)
    b = data.digits("bundled")
    assert torch.equal(a.x, b.x) and torch.equal(a.y, torch.from_numpy(labels)[b.y])
    train, test = set(b.y.tolist()), set(b.y_test.tolist())
    assert not train & test and len(train | test) == 1_797


def test_batches_are_endless_random_and_matched():
    x = torch.arange(10.0).unsqueeze(1)
    batches = data.Batches(x, torch.arange(10), batch_size=64)
    drawn = [next(batches) for _ in range(20)]
    assert all(a.shape == (64, 1) and torch.equal(a[:, 0].long(), y) for a, y in drawn)
    assert torch.cat([y for _, y in drawn]).bincount(minlength=10).min() > 80  # of 128 each
    assert not torch.equal(drawn[0][1], drawn[1][1])
    assert next(data.Batches(x))[1] is None
    with pytest.raises(ValueError, match="empty"):
        data.Batches(torch.zeros(0, 2))
    with pytest.raises(ValueError, match="3 items and 2 labels"):
        data.Batches(torch.zeros(3, 2), torch.zeros(2))


def test_a_warped_digit_is_another_image_of_the_same_digit():
    digits = data.digits("bundled")
    read = pretrained.load("classifier")
    x, y = digits.x_test[:500], digits.y_test[:500]
    views = [data.warped(x) for _ in range(4)]
    assert all(view.shape == x.shape and view.min() >= -1 and view.max() <= 1 for view in views)
    assert all((view - x).square().mean() > 0.01 for view in views)
    with torch.no_grad():
        right = torch.cat([read(view).argmax(1) == y for view in views]).float().mean()
    assert right > 0.7  # by a classifier that has never seen such a hand
    alike = x[:1].repeat(9, 1, 1, 1)
    for n_parts in (1, 3):  # images of one part stay alike
        warped = data.warped(alike, n_parts)
        assert len({tuple(image.flatten().tolist()) for image in warped}) == n_parts


def test_rows_choose_what_is_drawn_and_how_often():
    x, y = torch.arange(6.0), torch.tensor([0, 0, 1, 1, 2, 2])
    drawn = next(data.Batches(x, y, batch_size=3000, rows=torch.tensor([1, 1, 1, 4])))[0]
    assert set(drawn.tolist()) == {1, 4} and 0.7 < (drawn == 1).float().mean() < 0.8
    rows = data.balanced(y.repeat(4), 3)
    assert y.repeat(4)[rows].tolist() == [0] * 3 + [1] * 3 + [2] * 3 and len(set(rows.tolist())) == 9
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


RING = [(np.cos(angle), np.sin(angle)) for angle in np.arange(8) * np.pi / 4]
GRID = list(itertools.product([-4.0, -2.0, 0.0, 2.0, 4.0], repeat=2))


@pytest.mark.parametrize("draw, modes, std", [(data.ring, RING, 0.01), (data.grid, GRID, 0.05)])
def test_modes_lie_where_they_belong(draw, modes, std):
    modes = torch.tensor(modes, dtype=torch.float32)
    x, mode = draw(20_000)
    means = torch.stack([x[mode == k].mean(0) for k in range(len(modes))])
    for found in (means, data.centres(draw)):
        assert len(found) == len(modes) and torch.cdist(modes, found).min(1).values.max() < std / 5
    assert abs((x - means[mode]).std() / std - 1) < 0.02


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
    x, y, names, families = data.molecules()
    assert x.shape == (len(names), 166) and set(x.unique().tolist()) == {-1.0, 1.0}
    assert len(set(names)) == len(names) > 200 and {"caffeine", "glucose"} <= set(names)
    assert len(families) == 10 and y.bincount(minlength=10).min() >= 15


def test_fingerprints_are_rdkits():
    pytest.importorskip("rdkit", reason="pip install rdkit to compute the fingerprints again")
    from rdkit import Chem
    from rdkit.Chem import MACCSkeys

    molecules = data.molecules()
    with open(session.ROOT / "data" / "molecules.csv", encoding="utf-8", newline="") as file:
        for row, x in zip(csv.DictReader(file), molecules.x, strict=True):
            keys = MACCSkeys.GenMACCSKeys(Chem.MolFromSmiles(row["smiles"]))
            assert [int(bit) for bit in keys][1:] == (x > 0).int().tolist(), row["name"]
