"""Places, order, suppression, choice of checks; and that nothing in a file can stop a run."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.errors import ConfigError
from tocsin.model.logsource import LogSource
from tocsin.sigma.lint.check import catalog
from tocsin.sigma.lint.examples import complete
from tocsin.sigma.lint.finding import Finding, Severity
from tocsin.sigma.lint.known import Known
from tocsin.sigma.lint.run import Linter, Report, choose

LINTER = Linter(catalog().values(), Known())
SOUND = complete("level: medium\n")


def lint(text: str | bytes, path: str = "a_rule.yml") -> Report:
    return LINTER.lint([(path, text if isinstance(text, bytes) else text.encode())])


def only(text: str, code: str) -> Finding:
    found = [one for one in lint(text).findings if one.code == code]
    assert len(found) == 1
    return found[0]


def test_sound_rule_has_no_findings() -> None:
    report = lint(SOUND)
    assert report.findings == []
    assert report.files == 1
    assert not report.fails(Severity.INFO)


def test_place_is_line_and_column_of_the_value() -> None:
    found = only(complete("status: Stable\n"), "TS112")
    assert (found.line, found.column, found.end_line, found.end_column) == (3, 9, 3, 15)
    assert found.text == "status: Stable"


def test_place_of_a_word_in_the_condition() -> None:
    text = complete(
        "detection:\n    selection:\n        Image: tool.exe\n    condition: selection or nothing\n"
    )
    found = only(text, "TS301")
    assert found.text[found.column - 1 : found.end_column - 1] == "nothing"


def test_places_count_characters_behind_a_byte_order_mark_and_non_ascii() -> None:
    found = only("\ufeff" + complete("author: Zoë\nstatus: Stable # ü\n"), "TS112")
    assert found.text[found.column - 1 : found.end_column - 1] == "Stable"


def test_places_with_windows_line_ends() -> None:
    found = only(complete("status: Stable\n").replace("\n", "\r\n"), "TS112")
    assert found.text[found.column - 1 : found.end_column - 1] == "Stable"


def test_parse_error_points_at_the_key() -> None:
    text = complete(
        "detection:\n    selection:\n        Image:\n            - []\n    condition: selection\n"
    )
    found = only(text, "TS002")
    assert found.text.strip() == "Image:"


def test_parse_error_is_not_said_beside_an_exact_one() -> None:
    text = complete("detection:\n    selection:\n        Image|endwith: tool.exe\n    condition: selection\n")
    assert {one.code for one in lint(text).findings} == {"TS321"}


def test_comment_on_the_line_silences() -> None:
    report = lint(complete("status: Testing # tocsin: ignore[TS112] our own word\n"))
    assert report.findings == []
    assert report.suppressed == 1


def test_comment_above_silences() -> None:
    report = lint("# tocsin: ignore[TS101, TS103] made by a program\n" + complete("title: Hide\n", ("id",)))
    assert report.findings == []
    assert report.suppressed == 2


def test_comment_without_reason_silences_nothing() -> None:
    codes = {one.code for one in lint(complete("status: Testing # tocsin: ignore[TS112]\n")).findings}
    assert codes == {"TS112", "TS030"}


def test_comment_inside_a_text_is_none() -> None:
    report = lint(complete("description: 'Detects it well enough. # tocsin: ignore[TS999] x'\n"))
    assert report.findings == []


def test_checks_are_chosen_by_prefix_and_name() -> None:
    assert {one.code[:3] for one in choose(["TS1"])} == {"TS1"}
    assert [one.code for one in choose(["id-missing"])] == ["TS101"]
    assert "TS101" not in {one.code for one in choose([], ["TS101"])}


def test_unknown_check_is_an_error_with_a_hint() -> None:
    with pytest.raises(ConfigError, match="did you mean `id-missing`"):
        choose(["id-mising"])


def test_documents_of_several_files_are_seen_together() -> None:
    report = LINTER.lint([("a_rule.yml", SOUND.encode()), ("b_rule.yml", SOUND.encode())])
    assert {(one.code, one.path) for one in report.findings} == {
        ("TS601", "b_rule.yml"),
        ("TS602", "b_rule.yml"),
    }


def test_declared_log_sources_are_known() -> None:
    text = complete("logsource:\n    product: toaster\n    service: crumbs\n")
    assert {one.code for one in lint(text).findings} == {"TS203", "TS205"}
    wider = Linter(catalog().values(), Known().more([LogSource("toaster", None, "crumbs")]))
    assert wider.lint([("a_rule.yml", text.encode())]).findings == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"# nothing\n",
        b"- a\n- b\n",
        b"just a text\n",
        b"a: &a [*a]\n",
        b"a: &a\n  b: *a\n",
        b"? [x, y]\n: z\n",
        b"1: 2\ntrue: 3\n",
        b"title: 5\ndetection: 5\nlogsource: 5\ntags: {a: b}\nrelated: [1, {a: b}]\n",
        b"title: x\ndetection:\n  condition: [1, {a: b}]\n  s: [[1], {a: [b, [c]]}]\nlogsource: []\n",
        b"correlation: []\ntitle: x\n",
        b"filter: 3\ntitle: x\n",
        b"date: 2024-13-45\n",
        b"a: !!python/object:os.system x\n",
        b"<<: {title: merged}\n<<: [a, b]\n",
        b"a: .nan\nb: 0b\nc: 1:2:99\n",
        b"--- a\n--- b\n...\n--- {}\n",
        b"title: \x07\n",
    ],
)
def test_odd_files_do_not_stop_it(content: bytes) -> None:
    report = lint(content)
    assert all(one.line >= 1 and one.column >= 1 for one in report.findings)


def test_billion_laughs_are_refused_quickly() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    before = time.process_time()
    assert "TS001" in {one.code for one in lint("\n".join(lines)).findings}
    assert time.process_time() - before < 5


def test_deep_indentation_is_refused() -> None:
    text = "".join(" " * depth + "a:\n" for depth in range(1500))
    assert "deep" in next(one.message for one in lint(text).findings if one.code == "TS001")


@pytest.mark.parametrize("opener", ["[", "{a: ", "- ", "? "])
def test_deep_nesting_is_refused(opener: str) -> None:
    found = [one for one in lint(opener * 200_000).findings if one.code == "TS001"]
    assert found
    assert "deep" in found[0].message


WORDS = st.sampled_from(
    [
        "title:",
        "id:",
        "status:",
        "Stable",
        "level:",
        "detection:",
        "condition:",
        "selection",
        "and",
        "not",
        "or",
        "1",
        "of",
        "them",
        "(",
        ")",
        "|",
        "*",
        "\\*",
        "'*a'",
        '"\\t"',
        "logsource:",
        "product:",
        "windows",
        "correlation:",
        "filter:",
        "rules:",
        "-",
        "[",
        "]",
        "{",
        "}",
        ",",
        "&",
        "*",
        "!",
        "#",
        "tocsin:",
        "ignore[TS101]",
        "contains|all:",
        "null",
        "~",
        "010",
        "1.10",
        "yes",
        "2024-01-01",
        "%x%",
        "re:",
        "(a+)+",
        "10.1.2.3/8",
        "cidr:",
        "\ufeff",
        "\u202e",
        "\r",
        "\t",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(WORDS, st.sampled_from([" ", "\n", "\n  ", "\n    "])), max_size=40))
def test_any_text_is_linted(pieces: list[tuple[str, str]]) -> None:
    lint("".join(word + gap for word, gap in pieces))


@settings(max_examples=100, deadline=None)
@given(at=st.integers(0, len(SOUND)), junk=st.text(max_size=6), cut=st.integers(0, 30))
def test_any_damage_is_linted(at: int, junk: str, cut: int) -> None:
    text = SOUND[:at] + junk + SOUND[at + cut :]
    for one in lint(text.encode(errors="replace")).findings:
        assert one.message
