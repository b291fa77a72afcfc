"""What Slack gets is within its limits, and nothing in it can be more than text."""

import re
from html import unescape
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tocsin.alert import bounds
from tocsin.model.match import Entities, MatchedField, RuleRef
from tocsin.model.notice import Content, Notice
from tocsin.notify.slack.message import MAX_TEXT, escaped, message

HOSTILE = "<!channel> <@U123> <!here|x> <https://evil.example|click> @everyone `code` *b* & &lt; \u202e\x1b"


def notice(text: str, many: int = 1) -> Notice:
    content = Content(
        id="a1",
        because=text,
        thread="a1",
        rule=RuleRef(text, text, "high", (text,) * many),
        level="high",
        why=text,
        group={text: text},
        entities=Entities(user=(text,) * many, host=(text,) * many, ip=(text,), repo=(text,)),
        sources=(text,) * many,
        fields=(MatchedField(text, text),) * many,
        first_seen=1e9,
        count=many,
    )
    return Notice("alert.new", "2026-11-23T07:21:26.000000Z", content)


def texts(made: dict[str, Any]) -> list[str]:
    found = [made["text"]]
    for block in made["blocks"]:
        parts = [block["text"]] if block["type"] == "section" else block["elements"]
        assert all(part["type"] == "mrkdwn" and part["verbatim"] for part in parts)
        found += [part["text"] for part in parts]
    return found


def check(made: dict[str, Any]) -> None:
    """Hold the payload against what Slack publishes of its limits and its syntax."""
    assert 1 <= len(made["blocks"]) <= 50
    assert made["link_names"] is False
    for text in texts(made):
        assert 1 <= len(text) <= 3_000
        assert not re.search("[<>]", text)
        assert not re.search(r"&(?!(amp|lt|gt);)", text)
    assert all(1 <= len(block.get("elements", "x")) <= 10 for block in made["blocks"])


def test_no_mention_no_link_no_markup() -> None:
    made = message(notice(HOSTILE))
    check(made)
    assert "&lt;!channel&gt;" in made["text"]
    for text in texts(made):
        assert "\u202e" not in text
        assert "\x1b" not in text


def test_the_most_that_an_alert_can_hold() -> None:
    made = message(notice("&" * bounds.MAX_TEXT, bounds.MAX_FIELDS))
    check(made)
    assert len(msgspec.json.encode(made)) < 40_000


@given(st.text(min_size=1), st.integers(0, 60))
def test_whatever_the_text(text: str, many: int) -> None:
    check(message(notice(bounds.word(text), many)))


@given(st.text("<>&ab", max_size=30), st.integers(6, 40))
def test_what_is_cut_is_cut_between_characters(text: str, limit: int) -> None:
    made = escaped(text, limit)
    assert len(made) <= limit
    read = unescape(made)
    assert read == text or (read.endswith("…") and text.startswith(read[:-1]))


def test_the_limit_is_slacks() -> None:
    assert MAX_TEXT == 3_000
