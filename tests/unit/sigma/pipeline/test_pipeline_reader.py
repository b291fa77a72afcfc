"""Pipeline files that are wrong: every mistake at once, each with its line and what to do."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.errors import ConfigError
from tocsin.services.pipelines import apply
from tocsin.sigma.loader import Collection
from tocsin.sigma.pipeline.reader import read_pipeline
from tocsin.sigma.pipeline.transformations import REFUSED


def mistakes(folder: Path, text: str | bytes) -> list[str]:
    path = folder / "p.yml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as raised:
        read_pipeline(path)
    return str(raised.value).replace(f"{path}:", "").split("\n")


def warnings(folder: Path, text: str) -> list[tuple[int, str]]:
    path = folder / "p.yml"
    path.write_text(text)
    return [(error.line, error.message) for error in apply(path, Collection()).errors]


def step(text: str) -> str:
    return f"transformations:\n  - {text}\n"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("{type: cas}", "2: unknown transformation `cas`; did you mean `case`?"),
        ("{id: x}", "2: a transformation needs a `type`"),
        ("5", "2: a step is a map with a `type`"),
        ("{type: case, metod: lower}", "2: `case` has no `metod`; did you mean `method`?"),
        (
            "{type: case, field_name_condition: []}",
            "2: `case` has no `field_name_condition`; did you mean `field_name_conditions`?",
        ),
        (
            "{type: case, method: camel}",
            "2: `case`: `method` is one of lower, upper, snake_case, not 'camel'",
        ),
        ("{type: field_name_mapping}", "2: `field_name_mapping` needs `mapping`"),
        (
            "{type: field_name_mapping, mapping: [a]}",
            "2: `field_name_mapping`: `mapping` must be `map`, not `list`",
        ),
        (
            "{type: field_name_mapping, mapping: {a: []}}",
            "2: `field_name_mapping`: `a` is mapped to nothing; to be rid of a field use drop_detection_item",
        ),
        (
            "{type: replace_string, regex: '(', replacement: x}",
            "2: `replace_string`: `(` is no regular expression: missing ), unterminated subpattern at position 0",
        ),
        (
            "{type: replace_string, regex: a, replacement: '\\1'}",
            "2: `replace_string`: `\\1` does not fit `a`: invalid group reference 1 at position 1",
        ),
        ("{type: extract_fields, regex: a}", "2: `extract_fields`: `a` has no named group: (?P<name>…)"),
        (
            "{type: change_logsource}",
            "2: `change_logsource`: names no log source; give category, product or service",
        ),
        ("{type: set_value}", "2: `set_value` needs `value`"),
        (
            "{type: set_value, value: x, force_type: num}",
            "2: `set_value`: could not convert string to float: 'x'",
        ),
        (
            "{type: value_placeholders, include: [a], exclude: [b]}",
            "2: `value_placeholders`: give `include` or `exclude`, not both",
        ),
        ("{type: nest}", "2: `nest` needs `items`, a list of steps"),
        ("{type: nest, item: []}", "2: `nest` has no `item`; did you mean `items`?"),
        ("{type: nest, items: [{type: cse}]}", "2: unknown transformation `cse`; did you mean `case`?"),
        ("{type: nest, items: 5}", "2: `items` is a list of steps, each with a `type`"),
        (
            "{type: case, rule_conditions: 5}",
            "2: `rule_conditions` is a list of conditions, each with a `type`, or a map of such",
        ),
        ("{type: case, rule_conditions: [x]}", "2: a condition is a map with a `type`"),
        (
            "{type: case, rule_conditions: [{type: tagg, tag: x}]}",
            "2: unknown condition `tagg`; did you mean `tag`?",
        ),
        (
            "{type: case, rule_conditions: [{type: logsource}]}",
            "2: `logsource`: names no log source; give category, product or service",
        ),
        (
            "{type: case, rule_conditions: [{type: is_sigma_rule, x: 1}]}",
            "2: `is_sigma_rule` has no `x`; it has no parameters",
        ),
        (
            "{type: case, rule_cond_op: xor, rule_conditions: [{type: is_sigma_rule}]}",
            "2: `rule_cond_op` is `and` or `or`, not `xor`",
        ),
        (
            "{type: case, rule_cond_not: maybe, rule_conditions: [{type: is_sigma_rule}]}",
            "2: `rule_cond_not` is true or false, not `maybe`",
        ),
        (
            "{type: case, field_name_cond_not: true}",
            "2: `field_name_cond_not` without `field_name_conditions`",
        ),
        (
            "{type: case, rule_cond_expr: a, rule_conditions: [{type: is_sigma_rule}]}",
            "2: `rule_cond_expr` needs names: write `rule_conditions` as a map",
        ),
        (
            "{type: case, rule_cond_expr: a and bb, rule_conditions: {a: {type: is_sigma_rule}}}",
            "2: `rule_cond_expr` names `bb`, which is no condition",
        ),
        (
            "{type: case, rule_cond_expr: a, rule_conditions: {a: {type: is_sigma_rule}, b: {type: is_sigma_rule}}}",
            "2: the condition `b` is not named in `rule_cond_expr`",
        ),
        (
            "{type: case, rule_cond_expr: a and, rule_conditions: {a: {type: is_sigma_rule}}}",
            "2: `rule_cond_expr`: the condition ends too early",
        ),
        (
            "{type: case, rule_cond_op: or, rule_cond_expr: a, rule_conditions: {a: {type: is_sigma_rule}}}",
            "2: give `rule_cond_expr` or `rule_cond_op`, not both",
        ),
        (
            "{type: case, rule_cond_expr: [a], rule_conditions: {a: {type: is_sigma_rule}}}",
            "2: `rule_cond_expr` is a text such as `one and not other`",
        ),
        (
            "{type: case, rule_conditions: [{type: rule_attribute, attribute: level, value: severe}]}",
            "2: `rule_attribute`: `level` compares with one of informational, low, medium, high, critical",
        ),
        (
            "{type: case, rule_conditions: [{type: rule_attribute, attribute: title, value: x, op: gt}]}",
            "2: `rule_attribute`: `title` is a text: `op` is eq or ne",
        ),
        (
            "{type: case, rule_conditions: [{type: rule_attribute, attribute: tags, value: x}]}",
            "2: `rule_attribute`: `tags` is a list: `op` is in or not_in",
        ),
        (
            "{type: case, rule_conditions: [{type: rule_attribute, attribute: date, value: soon}]}",
            "2: `rule_attribute`: `date` compares with a date such as '2024-01-31'",
        ),
        (
            "{type: case, detection_item_conditions: [{type: match_string, pattern: x}]}",
            "2: `match_string` needs `cond`",
        ),
    ],
)
def test_a_mistake_in_a_step(tmp_path: Path, text: str, wanted: str) -> None:
    assert mistakes(tmp_path, step(text)) == [wanted]


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_not_supported_is_refused_by_name(tmp_path: Path, kind: str) -> None:
    assert mistakes(tmp_path, step(f"type: {kind}")) == [f"2: `{kind}` is not supported: {REFUSED[kind]}"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", " a pipeline is a map with `transformations:`"),
        ("- a", " a pipeline is a map with `transformations:`"),
        ("a: [", "2: not YAML: did not find expected node content"),
        ("a: b\n---\na: c", "2: not YAML: but found another document"),
        (b"\xff\xfe\x00", " not YAML: unacceptable character"),
        ("priorty: 3\ntransformations: []", "1: unknown key `priorty`; did you mean `priority`?"),
        ("priority: high\ntransformations: []", "1: `priority` is a whole number, not `high`"),
        ("transformations: {a: b}", "1: `transformations` is a list of steps, each with a `type`"),
        ("vars: [a]\ntransformations: []", "1: `vars` is a map of names to values"),
        (
            "a: &a [x, x, x, x, x, x, x, x]\n"
            + "\n".join(
                f"{n}: &{n} [{', '.join(['*' + p] * 8)}]" for n, p in zip("bcdefgh", "abcdefg", strict=True)
            ),
            "1: unfolds to more than 500000 nodes (YAML aliases?)",
        ),
    ],
)
def test_a_mistake_in_a_file(tmp_path: Path, text: str | bytes, wanted: str) -> None:
    assert mistakes(tmp_path, text)[0].startswith(wanted)


def test_all_mistakes_are_told_in_the_order_of_their_lines(tmp_path: Path) -> None:
    text = "priority: x\ntransformations:\n  - type: cas\n  - type: case\n    method: 3\nname: n\nfoo: 1\n"
    assert [one.split(":")[0] for one in mistakes(tmp_path, text)] == ["1", "3", "5", "7"]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yml: cannot be read: No such file"):
        read_pipeline(tmp_path / "none.yml")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "postprocessing: [{type: embed}]\n" + step("type: case"),
            (1, "`postprocessing` shapes the text of queries, and Tocsin writes none"),
        ),
        (
            "finalizers: [{type: concat}]\n" + step("type: case"),
            (1, "`finalizers` shapes the text of queries, and Tocsin writes none"),
        ),
        (
            "allowed_backends: [splunk]\n" + step("type: case"),
            (
                1,
                "`allowed_backends` names query languages, and Tocsin is none of them; the pipeline is applied",
            ),
        ),
        ("name: nothing", (1, "no `transformations`: the pipeline changes nothing")),
        (
            step("{type: field_name_mapping, mapping: {a: b, a: c}}"),
            (2, "`a` stands twice in one map; only the last is heard"),
        ),
        (
            step(
                "{type: rule_failure, message: x, field_name_conditions: [{type: include_fields, fields: [a]}]}"
            ),
            (
                2,
                "`rule_failure` is about the whole rule and heeds no `field_name_conditions`; use `rule_conditions`",
            ),
        ),
        (
            step("{type: value_placeholders, rule_conditions: [{type: is_sigma_rule}]}"),
            (
                2,
                "`value_placeholders` fills placeholders while rules are read, before conditions can be asked: it fills them in every rule; narrow it by `include`",
            ),
        ),
        (
            step(
                "{id: one, type: case, rule_conditions: [{type: processing_item_applied, processing_item_id: onn}]}"
            ),
            (2, "no step has the id `onn`; did you mean `one`?; a condition of this `case` never holds"),
        ),
        (
            step("{type: case, rule_conditions: [{type: rule_attribute, attribute: licence, value: x}]}"),
            (2, "Tocsin keeps no `licence` of a rule; a condition of this `case` never holds"),
        ),
    ],
)
def test_what_is_left_aside_is_said(tmp_path: Path, text: str, wanted: tuple[int, str]) -> None:
    assert warnings(tmp_path, text) == [wanted]


YAMLISH = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["case", "nest", "regex", "set_value", "a", "("]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "id",
                    "transformations",
                    "items",
                    "mapping",
                    "value",
                    "vars",
                    "rule_conditions",
                    "key",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(content=st.binary(max_size=60) | YAMLISH.map(lambda value: repr(value).encode()))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_is_a_pipeline_or_an_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.yml"
    path.write_bytes(b"transformations:\n - " + content if content[:1] in b"{[" else content)
    with contextlib.suppress(ConfigError):
        assert read_pipeline(path).path == path
