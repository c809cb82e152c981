"""A cached corpus is the built one; whatever is not whole and ours is built again."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from max_pool_question import batch_corpus, judge, seed_corpus, seed_part

from grader.core.codec import encode
from grader.core.corpus import Case, Corpus
from grader.draw import build_corpus, cache_folder, load_or_build
from grader.draw import cache as cache_module
from grader.draw.packing import pack, unpack

KEY = "0123abc"


def small_corpus() -> Corpus:
    return build_corpus(seed_part(), judge, least=9)


def refused() -> Corpus:
    raise AssertionError("the corpus is built although a whole file is there")


class Counted:
    """A build that counts how often it runs."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Corpus:
        self.times += 1
        return SMALL


SMALL = small_corpus()


def assert_same(one: Corpus, other: Corpus) -> None:
    assert one.requests == other.requests
    assert (one.seed, dict(one.counts)) == (other.seed, dict(other.counts))
    for first, second in zip(one.cases, other.cases, strict=True):
        assert (first.groups, first.name) == (second.groups, second.name)
        for part in ("inputs", "expected"):
            assert encode(dict(getattr(first, part))) == encode(dict(getattr(second, part)))
        accepted = [encode([dict(other) for other in case.accepted]) for case in (first, second)]
        assert accepted[0] == accepted[1]


@pytest.mark.parametrize(
    "corpus",
    [
        pytest.param(seed_corpus, id="seed"),
        pytest.param(batch_corpus, id="batch", marks=pytest.mark.slow),
    ],
)
def test_loaded_corpus_is_the_built_one(corpus: Callable[[], Corpus], tmp_path: Path) -> None:
    load_or_build(KEY, corpus, tmp_path)

    loaded = load_or_build(KEY, refused, tmp_path)

    assert_same(loaded, corpus())
    arrays = [v for case in loaded.cases for v in case.inputs.values() if isinstance(v, np.ndarray)]
    assert not any(array.flags.writeable for array in arrays)


def test_values_of_every_kind_survive() -> None:
    values = {
        "a": 1,
        "b": 2.5,
        "c": "text",
        "d": None,
        "e": True,
        "f": [np.arange(3)],
        "g": 1 << 80,
    }
    arrays = {"h": np.zeros((0, 3)), "i": np.float32(2), "j": np.array(3.0), "k": np.eye(2) > 0}
    cases = (
        Case(inputs=values | arrays, groups=("g",), expected={"": (1, np.ones(2))}, name="fixed"),
        Case(inputs={"a": 1}, groups=("g", "h"), expected={"u": -0.0, "v": float("inf")}),
    )
    corpus = Corpus(cases=cases, requests=(b"x", b""), seed=3, counts={"g": 2, "h": 1})

    assert_same(unpack(pack(corpus)), corpus)


def damaged(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))


def replaced(path: Path, make: Callable[[], None]) -> None:
    path.unlink()
    make()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "cut-short": lambda path: damaged(path, lambda data: data[:-1]),
    "head-only": lambda path: damaged(path, lambda data: data[:20]),
    "longer": lambda path: damaged(path, lambda data: data + b"x"),
    "one-bit": lambda path: damaged(
        path, lambda data: data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]
    ),
    "another-version": lambda path: damaged(path, lambda data: data.replace(b"s 1\n", b"s 2\n", 1)),
    "pickle": lambda path: path.write_bytes(b"cos\nsystem\n(S'exit 1'\ntR."),
    "writable-by-others": lambda path: path.chmod(0o666),
    "unreadable": lambda path: path.chmod(0o000),
    "folder": lambda path: replaced(path, path.mkdir),
    "link": lambda path: path.symlink_to(path.rename(path.with_suffix(".real"))),
    "dangling-link": lambda path: replaced(path, lambda: path.symlink_to("nothing")),
    "pipe": lambda path: replaced(path, lambda: os.mkfifo(path)),
}


@pytest.mark.skipif(os.name != "posix", reason="modes, links and pipes of POSIX")
@pytest.mark.parametrize("damage", DAMAGES)
def test_file_that_is_not_whole_and_ours_is_built_again(damage: str, tmp_path: Path) -> None:
    load_or_build(KEY, Counted(), tmp_path)
    (path,) = tmp_path.glob("*.corpus")
    DAMAGES[damage](path)
    if damage == "unreadable" and os.geteuid() == 0:
        pytest.skip("the superuser reads everything")
    build = Counted()

    corpus = load_or_build(KEY, build, tmp_path)

    assert build.times == 1
    assert_same(corpus, SMALL)


@pytest.mark.skipif(os.name != "posix", reason="owners of POSIX")
def test_file_of_another_user_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_or_build(KEY, Counted(), tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    build = Counted()

    load_or_build(KEY, build, tmp_path)

    assert build.times == 1


def test_file_renamed_to_another_key_is_not_used(tmp_path: Path) -> None:
    load_or_build(KEY, Counted(), tmp_path)
    (path,) = tmp_path.glob("*.corpus")
    path.rename(tmp_path / "other.corpus")
    build = Counted()

    load_or_build("other", build, tmp_path)

    assert build.times == 1


@pytest.mark.parametrize("key", ["sha256:ab/..", "../up", "", ".hidden", "ä" * 300], ids=ascii)
def test_any_key_makes_a_file_inside_the_folder(key: str, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    load_or_build(key, Counted(), folder)

    load_or_build(key, refused, folder)

    assert [path.parent for path in tmp_path.rglob("*.corpus")] == [folder]


@pytest.mark.parametrize("place", ["none", "below-a-file", "no-space", "no-rename"])
def test_folder_that_cannot_be_used_means_building(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    folder = {"none": None, "below-a-file": tmp_path / "file" / "cache"}.get(place, tmp_path)

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    if place == "no-space":
        monkeypatch.setattr(os, "fdopen", fails)
    if place == "no-rename":
        monkeypatch.setattr(os, "replace", fails)
    build = Counted()

    for _ in range(2):
        assert load_or_build(KEY, build, folder) is SMALL

    assert build.times == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]


def test_two_builders_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    builders = [
        threading.Thread(target=load_or_build, args=(KEY, Counted(), tmp_path)) for _ in range(8)
    ]
    for builder in builders:
        builder.start()
    for builder in builders:
        builder.join()

    load_or_build(KEY, refused, tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == [f"{KEY}.corpus"]


def test_least_recently_used_files_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_module, "MOST_FILES", 3)
    for number in range(3):
        load_or_build(f"key{number}", Counted(), tmp_path)
        os.utime(tmp_path / f"key{number}.corpus", (number, number))
    (tmp_path / ".dead.part").write_bytes(b"")
    os.utime(tmp_path / ".dead.part", (0, 0))
    load_or_build("key0", refused, tmp_path)  # used: now the youngest

    load_or_build("key3", Counted(), tmp_path)

    kept = sorted(path.name for path in tmp_path.iterdir())
    assert kept == ["key0.corpus", "key2.corpus", "key3.corpus"]


@pytest.mark.parametrize(
    ("variables", "folder"),
    [
        pytest.param({"GRADER_CACHE": "/a/b"}, Path("/a/b"), id="own"),
        pytest.param({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, Path("/x/grader"), id="xdg"),
        pytest.param(
            {"XDG_CACHE_HOME": "x", "HOME": "/h"}, Path("/h/.cache/grader"), id="relative"
        ),
        pytest.param({"HOME": "/h", "GRADER_CACHE": ""}, Path("/h/.cache/grader"), id="home"),
        pytest.param({"HOME": ""}, None, id="no-home"),
    ],
)
@pytest.mark.skipif(os.name != "posix", reason="paths of POSIX")
def test_cache_folder_follows_the_environment(
    variables: dict[str, str], folder: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GRADER_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert cache_folder() == folder


def test_loading_does_not_import_hypothesis(tmp_path: Path) -> None:
    load_or_build(KEY, Counted(), tmp_path)
    root = Path(cache_module.__file__).parents[2]
    program = (
        f"import sys; from pathlib import Path; sys.path.insert(0, {str(root)!r})\n"
        "from grader.draw import load_or_build\n"
        f"corpus = load_or_build({KEY!r}, lambda: 1 / 0, Path({str(tmp_path)!r}))\n"
        "assert corpus.cases and 'hypothesis' not in sys.modules"
    )

    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
