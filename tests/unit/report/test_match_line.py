"""The line for machines: its keys, their order, its schema and what cannot be JSON."""

import json
from pathlib import Path

import msgspec

from report_samples import EVIL, KEY, T0, few, hostile, match
from tocsin.report.match_line import MatchLine, line, schema

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"


def test_the_keys_stand_in_the_documented_order() -> None:
    made = json.loads(line(few()[0]))
    assert list(made) == [
        "time", "rule", "source", "event_id", "event", "fields", "entities", "attack", "file", "line", "events",
    ]  # fmt: skip
    assert list(made["rule"]) == ["id", "title", "level", "tags"]
    assert list(made["entities"]) == ["user", "host", "ip", "repo"]
    assert list(made["fields"][0]) == ["name", "value"]


def test_a_match_without_time_has_null() -> None:
    assert json.loads(line(match(KEY, time=None)))["time"] is None
    assert json.loads(line(match(KEY, time=T0)))["time"] == "2026-03-02T09:15:00.000000Z"


def test_the_schema_in_the_docs_is_that_of_the_structs(update_golden: bool) -> None:
    file = REFERENCE / "match.schema.json"
    made = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    if update_golden:
        file.write_text(made, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == made


def test_the_page_in_the_docs_names_every_key() -> None:
    page = (REFERENCE / "match-line.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in page for name in MatchLine.__struct_fields__)


def test_every_line_reads_back_as_the_struct() -> None:
    for one in few():
        assert msgspec.json.decode(line(one), type=MatchLine).rule == one.rule


def test_hostile_text_is_one_line_of_valid_json_without_anything_hidden() -> None:
    for one in hostile()[0]:
        written = line(one)
        assert not any(
            ord(character) < 0x20 or character in "\u202e\u2066\u200b\x9b\u2028" for character in written
        )
        assert json.loads(written)["source"] == one.source.replace("\ud800", "?")
    assert any("\u202e" in json.loads(line(one))["source"] for one in hostile()[0])


def test_what_json_cannot_hold_is_replaced() -> None:
    deep: dict[str, object] = {}
    inner = deep
    for _ in range(5000):
        inner["a"] = inner = {}
    event = {"deep": deep, "huge": 1 << 20_000, "bytes": b"\xff", "nan": float("nan"), EVIL[9]: 1}
    made = json.loads(line(match(KEY, event=event)))["event"]
    assert "(nested deeper)" in json.dumps(made["deep"])
    assert made["huge"].startswith("0x1000")
    assert made["nan"] is None
