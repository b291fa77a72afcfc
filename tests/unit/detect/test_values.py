"""What tests see of a value: its text and its number, whatever a sender nests, repeats or overflows."""

import pytest

from engines import fast, load, slow
from tocsin.detect.values import MAX_CHARS, fold, texts_in, to_number, to_text
from tocsin.model.event import ABSENT, Value
from tocsin.sources import catalog

JSON = catalog()["generic_json"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", ""),
        ("a", "a"),
        ("\ud800", "?"),
        (1, "1"),
        (1.0, "1"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (True, "true"),
        (False, "false"),
        (None, None),
        ({"a": [1, "x", None, True]}, '{"a":[1,"x",null,true]}'),
        (2**64 - 1, "18446744073709551615"),
        (2**70 + 1, "1180591620717411303424"),
        (float(2**70), "1180591620717411303424"),
        (int("9" * 400), "9" * 400),
        ({"a": 2**70 + 1}, '{"a":1.1805916207174113e+21}'),
    ],
)
def test_text(value: Value, text: str | None) -> None:
    assert to_text(value) == text


def test_long_texts_are_cut() -> None:
    assert to_text("a" * (MAX_CHARS + 1)) == "a" * MAX_CHARS
    assert len(to_text({"a": "a" * MAX_CHARS}) or "") == MAX_CHARS


@pytest.mark.parametrize(
    ("value", "number"),
    [(1, 1), ("1", 1), (" 1 ", 1), ("1.5", 1.5), ("-1e3", -1000.0), (2**64 + 1, 2.0**64), (0.5, 0.5)],
)
def test_number(value: Value, number: float) -> None:
    assert to_number(value) == number


@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        None,
        "",
        "x",
        "1_0",
        "0x10",
        "nan",
        "inf",
        "1e999",
        "٣",
        "1" * 41,
        [1],
        {},
        int("9" * 400),
        ABSENT,
    ],
)
def test_no_number(value: Value) -> None:
    assert to_number(value) is None


@pytest.mark.parametrize("text", ["ΑΣ", "ΑΣΑ", "Σ", "xΣ y", "İ", "K", "ß", "\u017f"])
def test_pieces_fold_alike(text: str) -> None:
    assert fold(text) == "".join(map(fold, text))


def test_texts_of_an_event() -> None:
    event = {"a": "x", "b": {"c": [1, [True, {"d": "y"}]], "e": None}, "f": [], "g": 0.5}
    assert list(texts_in(event)) == ["x", "1", "true", "y", "0.5"]


@pytest.mark.parametrize("depth", [90, 300, 950, 988, 990, 992, 994, 996, 1100, 100_000])
@pytest.mark.parametrize("ends", [(b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"}]")])
@pytest.mark.parametrize(
    "selection", [{"User": "root"}, {"User|contains": "root"}, {"User.a.b": "root"}, ["root"]]
)
def test_nesting_ends_no_worker(depth: int, ends: tuple[bytes, bytes], selection: object) -> None:
    rules = load([{"detection": {"sel": selection, "condition": "sel"}}])
    record = b'{"User":' + ends[0] * depth + b'"x"' + ends[1] * depth + b"}"
    assert fast(rules, JSON, [record]) == slow(rules, JSON, [record]) == set()


def test_what_is_nested_deep_is_found() -> None:
    rules = load([{"detection": {"sel": {"A.b": "root"}, "condition": "sel"}}])
    record = b'{"A":' + b"[" * 900 + b'{"b":"root"}' + b"]" * 900 + b"}"
    assert len(fast(rules, JSON, [record])) == len(slow(rules, JSON, [record])) == 1


@pytest.mark.parametrize("number", ["1e400", "-1e400", "9" * 400, "9" * 5000, "[1e400]"])
@pytest.mark.parametrize("selection", [{"User": "root"}, {"N|re": "[e9]"}, ["root"]])
def test_a_number_that_no_float_holds_hides_no_event(number: str, selection: object) -> None:
    rules = load([{"logsource": {"product": "x"}, "detection": {"sel": selection, "condition": "sel"}}])
    record = f'{{"logsource":{{"product":"x"}},"User":"root","N":{number}}}'.encode()
    assert len(fast(rules, JSON, [record])) == len(slow(rules, JSON, [record])) == 1
