"""Which characters are hidden, and how each is written."""

import unicodedata

import pytest

from tocsin.model.hidden import HIDDEN, written


def test_every_control_format_and_surrogate_character_is_hidden() -> None:
    visible_formats = {
        0x600,
        0x601,
        0x602,
        0x603,
        0x604,
        0x605,
        0x6DD,
        0x70F,
        0x890,
        0x891,
        0x8E2,
        0x110BD,
        0x110CD,
    }
    for code in range(0x20000):
        category = unicodedata.category(chr(code))
        if category in {"Cc", "Cs"} or (category == "Cf" and code < 0x10000 and code not in visible_formats):
            assert HIDDEN.match(chr(code)), hex(code)


@pytest.mark.parametrize("plain", ["a", " ", "é", "日", "٣", "😀", "\\", "\u00a0"])
def test_what_can_be_seen_is_not_hidden(plain: str) -> None:
    assert not HIDDEN.match(plain)


@pytest.mark.parametrize(
    ("character", "text"),
    [
        ("\n", "\\n"),
        ("\x1b", "\\x1b"),
        ("\x9b", "\\x9b"),
        ("\u202e", "\\u202e"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_a_hidden_character_is_written_out(character: str, text: str) -> None:
    assert written(character) == text
