"""What Slack is sent. Its limits: 50 blocks, 3,000 characters of a text; `&`, `<` and `>` are its syntax.

Values come from logs. They stand in code spans, in which Slack interprets nothing, and all texts are
`verbatim`: no name, channel or address in them becomes a mention or a link.
"""

from collections.abc import Iterable
from typing import Any

from tocsin.model.notice import Notice
from tocsin.notify import words
from tocsin.notify.words import Line

MAX_TEXT = 3_000
"""Characters of one text, as sent."""
_WRITTEN = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def message(one: Notice) -> dict[str, Any]:
    """Return the JSON body of a post to an incoming webhook."""
    title = escaped(words.title(one), MAX_TEXT - 2)
    sections = [
        f"*{title}*",
        escaped(words.why(one), MAX_TEXT),
        _lines(words.entities(one)),
        _lines(words.fields(one)),
    ]
    return {
        "text": title,
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": [
            *({"type": "section", "text": _text(said)} for said in sections if said),
            {"type": "context", "elements": [_text(_lines(words.facts(one)))]},
        ],
    }


def escaped(text: str, limit: int) -> str:
    """Return at most `limit` characters, with what Slack would read as syntax written out."""
    pieces = [_WRITTEN.get(character, character) for character in text[: limit + 1]]
    if sum(map(len, pieces)) <= limit:
        return "".join(pieces)
    return f"{''.join(_first(pieces, limit - 1))}…"


def _lines(lines: Iterable[Line]) -> str:
    said = (f"{escaped(line.name, MAX_TEXT // 5)}: `{_code(line.value)}`\n" for line in lines)
    return "".join(_first(said, MAX_TEXT)).rstrip("\n")


def _code(text: str) -> str:
    return escaped(text.replace("`", "'"), MAX_TEXT // 2)


def _first(pieces: Iterable[str], limit: int) -> list[str]:
    """Return the first pieces, as many as have room whole."""
    kept, size = [], 0
    for piece in pieces:
        size += len(piece)
        if size > limit:
            break
        kept.append(piece)
    return kept


def _text(said: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": said, "verbatim": True}
