"""The quick YAML reader gives what CSafeLoader gives: same values, same types, same errors."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tocsin.services.packs import BUILT_IN
from tocsin.sigma.yaml_text import load_all

TEXTS = [
    "a: 1\nb: 0x1F\nc: 1_000\nd: 012\ne: 1e3\nf: 1.5\ng: .inf\nh: yes\ni: ~\nj:\nk: 2024-01-01\n",
    'm: "1"\nn: \'true\'\no: 190:20:30\np: null\nq: ""\nr: |\n  1\ns: >\n  2\n',
    "value: =",
    "- &a x\n- *a",
    "a: &b\n  c: d\n",
    "a: !!str 1",
    "a: !unknown 1",
    "<<: {a: 1}\nb: 2",
    "? [a]\n: b",
    "{a: b",
    "---\na: 1\n---\nb: 2\n...\n",
    "a: 1\n---\n{b",
    "",
    "# only a comment",
    "a: 1\na: 2",
    "1: x\ntrue: y\nnull: z",
    "- - - 1",
    "when: 2024-13-45",
    "\ttab: 1",
]


def outcome(load: Any, text: bytes) -> list[object]:
    got: list[object] = []
    try:
        got += [described(document) for document in load(text)]
    except (yaml.YAMLError, ValueError) as error:
        got.append(type(error).__name__)
    return got


def described(value: Any) -> object:
    if isinstance(value, dict):
        return [(described(key), described(inner)) for key, inner in value.items()]
    if isinstance(value, list):
        return ["list", *map(described, value)]
    return type(value).__name__, repr(value)


def obvious(text: bytes) -> Any:
    return yaml.load_all(text, Loader=yaml.CSafeLoader)


@pytest.mark.parametrize("text", TEXTS)
def test_same_as_the_obvious_loader(text: str) -> None:
    assert outcome(load_all, text.encode()) == outcome(obvious, text.encode())


def test_same_on_every_rule_of_ours() -> None:
    files = sorted(BUILT_IN.rglob("*.yml"))
    assert len(files) > 100
    for file in files:
        assert outcome(load_all, file.read_bytes()) == outcome(obvious, file.read_bytes())


@pytest.mark.corpus
def test_same_on_every_public_rule(sigmahq: Path) -> None:
    files = sorted(sigmahq.rglob("*.yml"))
    assert len(files) == 3780
    for file in files:
        assert outcome(load_all, file.read_bytes()) == outcome(obvious, file.read_bytes())


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.dates()
    | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


@given(value=PLAIN, flow=st.booleans())
def test_same_on_whatever_yaml_writes(value: Any, flow: bool) -> None:
    text = yaml.safe_dump(value, default_flow_style=flow, allow_unicode=True).encode()
    assert outcome(load_all, text) == outcome(obvious, text)
