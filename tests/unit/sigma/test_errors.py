"""The cases of tests/fixtures/errors.yml: each mistake is named, with its file and line, and costs no other rule."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tocsin.errors import ConfigError
from tocsin.sigma.loader import Collection, load

FIXTURES = Path(__file__).parents[2] / "fixtures"
CASES: list[dict[str, Any]] = yaml.load((FIXTURES / "errors.yml").read_bytes(), Loader=yaml.CSafeLoader)
SOUND = "title: sound\nid: sound\nlogsource: {}\ndetection:\n  sel: {A: x}\n  condition: sel\n"


def text_of(case: dict[str, Any]) -> str:
    if "text" in case:
        return str(case["text"])
    detection = case.get("detection")
    if detection is None:
        ((field, (char, times)),) = case["detection_with"].items()
        detection = f"  sel:\n    {field}: {char * times}\n  condition: sel\n"
    return f"title: x\nlogsource: {{}}\ndetection:\n{detection}"


def loaded(folder: Path, text: str | bytes) -> Collection:
    (folder / "sound.yml").write_text(SOUND)
    (folder / "wrong.yml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return load([folder])


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])
def test_mistake(case: dict[str, Any], tmp_path: Path) -> None:
    collection = loaded(tmp_path, text_of(case))
    found = collection.waiting if case.get("waits") else collection.errors
    other = collection.errors if case.get("waits") else collection.waiting
    assert case["error"] in found[0].message
    assert (Path(found[0].path).name, found[0].line) == ("wrong.yml", case["line"])
    assert str(found[0]).startswith(f"{tmp_path / 'wrong.yml'}:")
    assert not other
    assert "sound" in [rule.meta.id for rule in collection.rules]


def test_names_are_given_once() -> None:
    assert len(CASES) == len({case["name"] for case in CASES})


def test_a_file_too_long(tmp_path: Path) -> None:
    collection = loaded(tmp_path, b"# " + b"x" * (4 * 1024 * 1024))
    assert "a rule file has at most" in collection.errors[0].message
    assert len(collection.rules) == 1


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    collection = loaded(tmp_path, b"\xff\xfe\x00title")
    assert len(collection.errors) == 1
    assert len(collection.rules) == 1


def test_nesting_that_would_end_the_process(tmp_path: Path) -> None:
    collection = loaded(tmp_path, "a: " + "[" * 100_000)
    assert "nests too deep to be a rule" in collection.errors[0].message
    assert len(collection.rules) == 1


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "gone.yml").symlink_to(tmp_path / "nowhere")
    collection = loaded(tmp_path, SOUND.replace("sound", "other"))
    assert "cannot be read" in collection.errors[0].message
    assert len(collection.rules) == 2


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file or folder of rules"):
        load([tmp_path / "nowhere"])


def test_what_is_no_rule_file_is_passed_over(tmp_path: Path) -> None:
    for name in ("a.tests.yml", "b.txt", ".hidden/c.yml", ".d.yml"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("[")
    collection = loaded(tmp_path, "---\n---\n")
    assert collection.errors == []
    assert collection.files == 2
