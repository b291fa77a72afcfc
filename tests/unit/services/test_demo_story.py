"""The story is sound: what is promised is found, the background is quiet, and every line is what its program would write."""

import json
import re
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from tocsin.cli.main import main
from tocsin.services.demo_story import FOLDER, Step, attack, line, play, read_story, steps
from tocsin.services.packs import BUILT_IN

STORY = read_story()
MOMENT = datetime(2026, 11, 23, 7, 21, 26, 123456, UTC).timestamp()


def titles(lines: Iterable[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> set[str]:
    """Hunt over lines, each as its own kind of log; returns the titles of the rules that match."""
    (folder / "all.log").write_text("\n".join(lines) + "\n")
    rules = ["--rules", str(BUILT_IN), "--rules", str(FOLDER / "rules")]
    main(["hunt", str(folder / "all.log"), *rules, "--format", "ndjson"])
    return {json.loads(said)["rule"]["title"] for said in capsys.readouterr().out.splitlines()}


def as_sent(some: Iterable[Step]) -> list[str]:
    now = time.time() - 60
    return [line(step.event, now + step.at) for step in some]


def test_what_is_promised_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = titles(as_sent(attack(STORY)), tmp_path, capsys)
    assert sorted(STORY.alerts - found) == []


def test_a_scene_says_all_that_its_own_events_give(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for scene in STORY.scenes:
        some = [step for step in attack(STORY) if step.event in scene.events]
        said = titles(as_sent(some), tmp_path, capsys)
        assert said, scene.says


def test_the_background_is_quiet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    quiet = [
        step for step in islice(steps(STORY), 400) if step.event not in [one.event for one in attack(STORY)]
    ]
    assert len(quiet) > 300
    assert titles(as_sent(quiet), tmp_path, capsys) == set()


def test_events_come_in_the_order_of_time_and_without_end() -> None:
    some = list(islice(steps(STORY), 1_000))
    assert [step.at for step in some] == sorted(step.at for step in some)
    begun = [step.scene for step in some if step.scene]
    assert begun == sorted(STORY.scenes, key=lambda scene: scene.at)


@pytest.mark.parametrize(
    ("event", "written"),
    [
        ({"a": "@MILLIS@", "b": "x"}, '{"a":1795418486123,"b":"x"}'),
        ("msg=audit(@EPOCH@:7)", "msg=audit(1795418486.123:7)"),
        ("@TIME@ @STAMP@", "2026-11-23T07:21:26Z 2026-11-23T07:21:26.123456+00:00"),
        ("[@CLF@]", "[23/Nov/2026:07:21:26 +0000]"),
    ],
)
def test_placeholders(event: object, written: str) -> None:
    assert line(event, MOMENT) == written


def test_what_is_never_the_same_twice() -> None:
    made = [line("@ID@ @UUID@ @NUMBER@", MOMENT) for _ in range(20)]
    assert len(set(made)) == 20
    assert all(re.fullmatch(r"[0-9a-f]{22} [0-9a-f-]{36} \d{5}", one) for one in made)


def test_no_line_keeps_a_placeholder() -> None:
    assert not [one for one in as_sent(islice(steps(STORY), 400)) if re.search("@[A-Z]+@|\n", one)]


def test_playing_stops_when_told() -> None:
    sent: list[str] = []
    begun: list[str] = []
    play(
        STORY,
        lambda to, _: sent.append(to),
        wait=lambda _: len(sent) >= 50,
        begins=lambda scene: begun.append(scene.says),
    )
    assert len(sent) == 50
    assert begun[0] == STORY.scenes[0].says
