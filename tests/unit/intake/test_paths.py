"""Paths to files: each once, nothing hidden unless named, nothing passed over in silence."""

from pathlib import Path

import pytest

from tocsin.errors import ConfigError
from tocsin.intake.files import Progress, Unit, read
from tocsin.intake.lines import Loss
from tocsin.intake.paths import find_files


def test_files_are_found(tmp_path: Path) -> None:
    for name in ("b.log", "a.log", "deep/c.log", ".hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    top = str(tmp_path)
    everything = [f"{top}/{name}" for name in ("a.log", "b.log", "deep/c.log")]
    assert find_files([top]) == everything
    assert find_files([f"{top}/*.log"]) == everything[:2]
    assert find_files([f"{top}/**/*.log"]) == everything
    assert find_files([f"{top}/b.log", top, "-", "-"]) == [everything[1], everything[0], everything[2], "-"]
    assert find_files([f"{top}/.hidden"]) == [f"{top}/.hidden"]
    with pytest.raises(ConfigError, match="no such file"):
        find_files([f"{top}/nothing*"])


SHUT = {"a/shut": 0, "a/open/closed": 0, "a/names": 0o444, "a/way": 0o111}
"""Folders and their permissions: nothing; nothing; names but no files; files but no names."""


@pytest.mark.usefixtures("nobody")
@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("a", "a/names/n.log a/open/closed a/open/o.log a/shut a/way a/z.log"),
        ("a/shut", "a/shut"),
        ("a/*.log", "a/z.log"),
        ("./a/z*", "./a/z.log"),
        ("a/shut/*.log", "a/shut"),
        ("a/shut/deep/*.log", "a/shut"),
        ("a/open/*.log", "a/open/o.log"),
        ("a/open/*/*.log", "a/open/closed"),
        ("a/*/o.log", "a/names a/open/o.log a/shut"),
        ("a/*/w.log", "a/names a/shut a/way/w.log"),
        ("a/way/w.log", "a/way/w.log"),
        ("a/way/w*", "a/way"),
        ("a/way/deep/d*", "a/way/deep/d.log"),
        ("?/way/deep/d.log", "a/way/deep/d.log"),
        ("a/[mn]*/n.log", "a/names"),
        ("a/**/*.log", "a/names a/names/n.log a/open/closed a/open/o.log a/shut a/way a/z.log"),
        ("**", "a/names a/names/n.log a/open/closed a/open/o.log a/shut a/way a/z.log"),
        ("**/o.log", "a/names a/open/closed a/open/o.log a/shut a/way"),
    ],
)
def test_a_folder_that_cannot_be_read_is_said(pattern: str, found: str) -> None:
    for name in (
        "shut/x.log",
        "z.log",
        "open/o.log",
        "open/closed/c.log",
        "names/n.log",
        "way/w.log",
        "way/deep/d.log",
    ):
        Path("a", name).parent.mkdir(parents=True, exist_ok=True)
        Path("a", name).write_text("x\n")
    for name, mode in SHUT.items():
        Path(name).chmod(mode)
    assert find_files([pattern]) == found.split()
    absolute = [str(Path(path).absolute()) for path in found.split()]
    assert find_files([str(Path(pattern).absolute())]) == absolute
    said = {
        path: piece.error
        for path in SHUT
        for _, piece in read(Unit(path), [], Progress())
        if isinstance(piece, Loss)
    }
    assert {path: str(error) for path, error in said.items()} == dict.fromkeys(
        SHUT, "cannot be read: Permission denied"
    )


@pytest.mark.usefixtures("nobody")
def test_a_file_behind_a_folder_that_cannot_be_read_is_refused() -> None:
    Path("shut").mkdir(mode=0)
    with pytest.raises(ConfigError, match=r"shut/x.log: Permission denied"):
        find_files(["shut/x.log"])


def test_odd_paths_are_refused() -> None:
    for pattern in ("x" * 5_000, "x\0y"):
        with pytest.raises(ConfigError):
            find_files([pattern])


def test_an_empty_path_is_refused() -> None:
    with pytest.raises(ConfigError, match="an empty path; name a file or folder"):
        find_files([""])


def test_a_file_of_several_names_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.log").write_text("x\n")
    Path("b.log").hardlink_to("a.log")
    Path("c.log").symlink_to("a.log")
    Path("gone.log").symlink_to("none")
    assert find_files([".", "./a.log", str(tmp_path), "*.log"]) == ["a.log"]
    assert find_files(["c.log", "."]) == ["c.log"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (".", "b/e.log"),
        ("b", "b/e.log"),
        (".git", ".git/a.log"),
        (".git/a.log", ".git/a.log"),
        ("b/.f.log", "b/.f.log"),
        ("*/*.log", "b/e.log"),
        ("**/*.log", "b/e.log"),
        ("b/.*", "b/.f.log"),
        (".*/*", ".git/a.log"),
        ("b/.cache/**", "b/.cache/c/d.log"),
    ],
)
def test_what_is_hidden_is_passed_over_unless_it_is_named(
    pattern: str, found: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (".git/a.log", "b/.cache/c/d.log", "b/e.log", "b/.f.log"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(name)
    assert find_files([pattern]) == found.split()


def test_links_to_files_are_followed_in_folders_and_links_to_folders_by_patterns_and_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("far").mkdir()
    Path("far/a.log").write_text("a")
    Path("near").mkdir()
    Path("near/folder").symlink_to("../far")
    assert find_files(["near/folder"]) == ["near/folder/a.log"]
    assert find_files(["near/**"]) == ["near/folder/a.log"]
    assert find_files(["near"]) == []
    Path("near/b.log").symlink_to("../far/a.log")
    assert find_files(["near"]) == ["near/b.log"]
