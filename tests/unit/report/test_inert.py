"""Text made harmless to look at."""

from report_samples import EVIL
from tocsin.model.event import ABSENT
from tocsin.model.hidden import HIDDEN
from tocsin.report.inert import cut, pieces, show, visible


def test_nothing_hidden_is_left() -> None:
    for evil in EVIL:
        assert not HIDDEN.search(visible(evil))
        assert visible(evil).encode()


def test_pieces_say_which_of_them_was_hidden_and_keep_what_is_asked() -> None:
    assert list(pieces("a\x1b[2J\nb", keep="\n")) == [("a", False), ("\\x1b", True), ("[2J\nb", False)]
    assert list(pieces("")) == []
    assert visible("a\nb\tc") == "a\\nb\\tc"


def test_a_long_text_says_how_much_is_missing() -> None:
    assert cut("x" * 1500, 1000) == "x" * 1000 + "… (500 more characters)"
    assert cut("x" * 1000, 1000) == "x" * 1000


def test_a_value_is_shown_as_text_or_json() -> None:
    assert show("a\x00") == "a\\x00"
    assert show(None) == "null"
    assert show(True) == "true"
    assert show([1, {"a": "\u202e"}]) == '[1,{"a":"\\u202e"}]'
    assert show(ABSENT) == ""
