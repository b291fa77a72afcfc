"""What is not looked for, and which records are not looked at, makes no difference to any rule."""

from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engines import found_by, slow, subject_of
from random_rules import Case
from tocsin.detect import keywords
from tocsin.detect.engine import Engine
from tocsin.detect.keywords import KeywordFilter, KeywordGuard, deciding_keywords
from tocsin.detect.tests import holds
from tocsin.line import Work
from tocsin.sigma.tree import ANY, ONE, And, Leaf, Node, Not, Or, Parts, Regex, Test, Text

WORDS = [Text((ANY, word, ANY)) for word in (":", "scp ", "/tmp/x", "é")]
LEAVES = [*(Leaf(None, word) for word in WORDS), *(Leaf(name, WORDS[0]) for name in "AB")]
NODES: st.SearchStrategy[Node] = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: And(tuple(items)))
        | st.lists(inner, max_size=3).map(lambda items: Or(tuple(items)))
        | inner.map(Not)
    ),
    max_leaves=12,
)


def true(node: Node, said: dict[Leaf, bool]) -> bool:
    if isinstance(node, Leaf):
        return said[node]
    if isinstance(node, Not):
        return not true(node.item, said)
    parts = [true(item, said) for item in node.items]
    return all(parts) if isinstance(node, And) else any(parts)


@given(node=NODES)
def test_keywords_that_do_not_decide_make_no_difference(node: Node) -> None:
    decide = set(deciding_keywords([node]))
    for values in product((False, True), repeat=len(LEAVES)):
        said = dict(zip(LEAVES, values, strict=True))
        if not any(said[leaf] for leaf in LEAVES if leaf.field is None and leaf.test in decide):
            silent = {leaf: value and leaf.field is not None for leaf, value in said.items()}
            assert true(node, said) == true(node, silent)


def test_the_rarer_keywords_decide() -> None:
    colon, copy, path, _ = (Leaf(None, word) for word in WORDS)
    assert deciding_keywords([And((Or((copy, path)), colon))]) == [copy.test, path.test]
    assert deciding_keywords([And((Leaf("A", WORDS[0]), Not(colon)))]) == [colon.test]


PIECES = [
    "a",
    "K",
    "\u212a",
    "ß",
    "\u03a3",
    "\u0130",
    "\n",
    "\t",
    "\\",
    "/",
    '"',
    " ",
    "1",
    ".",
    "uid=0,",
    "\ufffd",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=5).map("".join)


def tidied(parts: list[str | int]) -> Parts:
    return (ANY, *(part for pair in ((part, ANY) for part in parts if part != "") for part in pair))


TESTS: st.SearchStrategy[Test] = st.builds(
    Text, st.lists(TEXTS | st.just(ONE), max_size=3).map(tidied), st.booleans()
) | st.sampled_from([Regex("a.?k"), Regex("(?i)K"), Regex(r"\d\.\d"), Regex("[[:alpha:]]1"), Regex("^$")])
RECORDS = st.lists((TEXTS.map(str.encode) | st.binary(max_size=3)), min_size=1, max_size=5)


@settings(max_examples=300)
@given(tests=st.lists(TESTS, min_size=1, max_size=6), records=RECORDS)
@example(tests=[Text((ANY, "a\nk", ANY)), Text((ANY, "k", ANY))], records=[b"a", b"k"])
def test_every_line_with_a_keyword_is_found(tests: list[Test], records: list[bytes]) -> None:
    rows = list(range(len(records)))
    lines = [record.decode("utf-8", "replace") for record in records]
    wanted = {row for row in rows if any(holds(test, lines[row]) for test in tests)}
    assert wanted <= set(KeywordGuard(tests, plain=True).places(records, rows))
    assert all(map(KeywordFilter(tests).may_hold, (records[row] for row in wanted)))


@pytest.mark.parametrize("name", ["generic_json", "windows_flat", "journald"])
def test_with_more_keywords_than_stand_ins_serve(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keywords, "MOST", 0)
    for seed in range(60):
        case = Case(seed, name)
        found = found_by(Work(Engine(case.rules)), case.source, case.records)
        known = {(row, rule) for row, rule in found if subject_of(case.source, case.records[row])}
        assert known == slow(case.rules, case.source, case.records), seed
