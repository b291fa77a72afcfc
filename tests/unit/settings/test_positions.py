"""Where keys and values stand, for TOML that is written to mislead."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.settings.positions import Positions
from tocsin.settings.quote import Keys

HOSTILE = '''# a = 1
a = """ [b] ""\\" # b = 1
b = 2"""""  # two quotes belong to the text
b = \'\'\'x = """ [[c]]\'\'\'
"c.d" = { "e\\u0020f" = 1, g.h = [1, # ]
  "]", [ { i = '}' } ]], 'j"' = "\\\\" }
[ k . "l]" ] # [m]
when = 1979-05-27 07:32:00
n = [ "[", """
]""", ]
[[k.many]]
x = 1
[[k.many]]
x = 2
[k.many.inner]
y = 3
[[k.many.deep]]
z = 4
'''
PLACES: list[tuple[Keys, str, str]] = [
    (("a",), "2:1", "2:5"),
    (("b",), "4:1", "4:5"),
    (("c.d", "e f"), "5:11", "5:24"),
    (("c.d", "g"), "5:27", "5:33"),
    (("c.d", "g", "h", 0), "5:34", "5:34"),
    (("c.d", "g", "h", 1), "6:3", "6:3"),
    (("c.d", "g", "h", 2, 0, "i"), "6:12", "6:16"),
    (("c.d", 'j"'), "6:26", "6:33"),
    (("k", "l]"), "7:1", "7:1"),
    (("k", "l]", "when"), "8:1", "8:8"),
    (("k", "l]", "n", 1), "9:12", "9:12"),
    (("k", "many", 0), "11:1", "11:1"),
    (("k", "many", 0, "x"), "12:1", "12:5"),
    (("k", "many", 1, "x"), "14:1", "14:5"),
    (("k", "many", 1, "inner", "y"), "16:1", "16:5"),
    (("k", "many", 1, "deep", 0, "z"), "18:1", "18:5"),
]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize(("keys", "key", "value"), PLACES, ids=str)
def test_hostile_document(keys: Keys, key: str, value: str, ends: str) -> None:
    tomllib.loads(HOSTILE)
    positions = Positions(HOSTILE.replace("\n", ends))
    assert "{}:{}".format(*positions.find(keys, on_key=True)) == key
    assert "{}:{}".format(*positions.find(keys)) == value


def test_what_is_not_there_is_where_its_table_is() -> None:
    positions = Positions("\n[a.b]\nc = 1\n")
    assert positions.find(("a", "b", "d", 7)) == (2, 1)
    assert positions.find(("x",)) == (1, 1)


TEXTS = st.text(st.sampled_from("ab[]{}=,.#\"'\\\n\t é\u202e"), max_size=8)
SCALARS = st.one_of(st.integers(0, 99), st.booleans(), TEXTS)
VALUES: Any = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
DOCUMENTS = st.dictionaries(TEXTS, VALUES, max_size=4)


def text_of(value: Any, style: int) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        plain = value.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
        if style and "'''" not in value and not value.endswith("'") and "\n" in value[1:]:
            return "'''" + ("\n" if value.startswith("\n") else "") + value + "'''"
        return f'"{plain}"'.replace("\n", "\\n")
    if isinstance(value, list):
        return "[ # ]\n" + " ,\n".join(text_of(one, style) for one in value) + "]"
    return "{ " + ", ".join(f"{text_of(k, 0)}={text_of(v, style)}" for k, v in value.items()) + "}"


def written(document: dict[str, Any], style: int) -> str:
    """Write TOML: tables under headers in style 1, inline in style 0; lists of tables as [[…]]."""
    top, below = [], []
    for name, value in document.items():
        key = text_of(name, 0)
        if style and isinstance(value, dict):
            below += [f"[ {key} ] # ]", *(f"{text_of(k, 0)} = {text_of(v, style)}" for k, v in value.items())]
        elif style and isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
            for one in value:
                below += [f"[[{key}]]", *(f"{text_of(k, 0)} = {text_of(v, style)}" for k, v in one.items())]
        else:
            top.append(f"  {key}\t=  {text_of(value, style)} # x = 1")
    return "\n".join([*top, *below])


def ways(value: Any, at: Keys = ()) -> list[tuple[Keys, Any]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(at, value), *(found for key, one in inner for found in ways(one, (*at, key)))]


@given(DOCUMENTS, st.sampled_from([0, 1]))
def test_every_scalar_is_found_where_it_is_written(document: dict[str, Any], style: int) -> None:
    text = written(document, style)
    assert tomllib.loads(text) == document
    lines = text.split("\n")
    for keys, value in ways(document):
        if keys and not isinstance(value, dict | list):
            line, column = Positions(text).find(keys)
            rest = "\n".join(lines[line - 1 :])[column - 1 :]
            assert rest.startswith(text_of(value, style))


@given(st.text(st.sampled_from("a=.[]{}\"'#, \n\\1"), max_size=60))
def test_any_text_is_survived(text: str) -> None:
    assert Positions(text).find(("a",)).line >= 1
