"""What pipelines do to a collection: correlations, filters, several files, placeholders, refusals."""

from pathlib import Path

import pytest
from sigma.correlations import SigmaCorrelationRule

from pysigma_oracle import ours, pysigma_pipeline, pysigma_rules, theirs
from tocsin.errors import ConfigError
from tocsin.services.pipelines import apply, apply_all, placeholders_of, vars_of
from tocsin.sigma.cache import load_cached
from tocsin.sigma.loader import Collection, load
from tocsin.sigma.tree import Leaf, Regex, Text, leaves

RULE = """
title: Failed logon
name: failed
logsource: {product: windows, service: security}
detection: {selection: {EventID: 4625}, condition: selection}
"""
CORRELATION = """
---
title: Many failed logons
name: many
correlation:
  type: value_count
  rules: [failed]
  group-by: [TargetUserName, who]
  timespan: 5m
  aliases: {who: {failed: SubjectUserName}}
  condition: {gte: 10, field: IpAddress}
"""
FILTER = """
---
title: Not the scanner
logsource: {product: windows}
filter: {rules: [failed], scanner: {IpAddress|startswith: '10.9.'}, condition: not scanner}
"""
MAPPING = """
transformations:
  - type: field_name_mapping
    mapping: {IpAddress: source.ip, SubjectUserName: user.name, TargetUserName: [user.target.name, user.id], who: nobody}
"""


def saved(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def applied(folder: Path, rules: str, *pipelines: str) -> Collection:
    paths = [saved(folder, f"pipeline{n}.yml", text) for n, text in enumerate(pipelines)]
    return apply_all(paths, load([saved(folder, "rules.yml", rules)]))


def errors(collection: Collection) -> list[str]:
    return [f"{Path(error.path).name}:{error.line}: {error.message}" for error in collection.errors]


def test_fields_of_correlations_are_mapped_as_by_pysigma(tmp_path: Path) -> None:
    collection = applied(tmp_path, RULE + CORRELATION, MAPPING)
    theirs_one = pysigma_rules(RULE + CORRELATION)[1]
    assert isinstance(theirs_one, SigmaCorrelationRule)
    pysigma_pipeline(tmp_path / "pipeline0.yml").apply(theirs_one)
    made = collection.correlations[0]
    assert list(made.group_by) == theirs_one.group_by == ["user.target.name", "user.id", "who"]
    assert made.aliases == {"who": {"failed": "user.name"}}
    assert theirs_one.aliases.aliases["who"].mapping.popitem()[1] == "user.name"
    assert made.threshold
    assert made.threshold.fields == ("source.ip",)
    assert getattr(theirs_one.condition, "fieldref", "") == "source.ip"


@pytest.mark.parametrize(("field", "place"), [("IpAddress", "condition's"), ("SubjectUserName", "alias's")])
def test_a_correlation_cannot_count_several_fields(tmp_path: Path, field: str, place: str) -> None:
    steps = f"transformations: [{{type: field_name_mapping, mapping: {{{field}: [a, b]}}}}]"
    collection = applied(tmp_path, RULE + CORRELATION, steps)
    assert collection.correlations == []
    assert len(collection.rules) == 1
    wanted = f"left out by field_name_mapping in {tmp_path}/pipeline0.yml:1: "
    assert errors(collection) == [
        f"rules.yml:8: {wanted}the {place} field `{field}` cannot become several fields: a, b"
    ]


def test_filters_are_mapped_with_the_rules_that_they_are_part_of(tmp_path: Path) -> None:
    collection = applied(tmp_path, RULE + FILTER, MAPPING)
    theirs_one = pysigma_rules(RULE + FILTER)[0]
    pysigma_pipeline(tmp_path / "pipeline0.yml").apply(theirs_one)
    form = ours(collection.rules[0].conditions)
    assert form == theirs(theirs_one)  # type: ignore[arg-type]
    assert "source.ip" in str(form)
    assert len(collection.filters) == 1
    assert collection.errors == []


def test_a_correlation_is_of_its_rules_log_source(tmp_path: Path) -> None:
    steps = """
transformations:
  - {type: change_logsource, product: linux}
  - type: field_name_prefix
    prefix: x.
    rule_conditions: [{type: logsource, product: linux}, {type: is_sigma_correlation_rule}]
"""
    collection = applied(tmp_path, RULE + CORRELATION, steps)
    assert collection.correlations[0].group_by == ("x.TargetUserName", "who")
    assert collection.rules[0].conditions == (Leaf("EventID", Text(("4625",))),)


def test_a_correlation_goes_with_a_rule_that_is_refused(tmp_path: Path) -> None:
    steps = "transformations: [{type: rule_failure, message: no logons here, rule_conditions: [{type: is_sigma_rule}]}]"
    collection = applied(tmp_path, RULE + CORRELATION, steps)
    assert (collection.rules, collection.correlations) == ([], [])
    assert errors(collection) == [
        f"rules.yml:1: left out by rule_failure in {tmp_path}/pipeline0.yml:1: no logons here",
        "rules.yml:8: refers to the rule `failed`, which is not loaded",
    ]


def test_the_lowest_priority_goes_first_and_later_files_see_earlier_steps(tmp_path: Path) -> None:
    last = """
priority: 30
transformations:
  - type: field_name_suffix
    suffix: .last
    rule_conditions: [{type: processing_item_applied, processing_item_id: from-first}]
"""
    first = """
priority: 10
transformations:
  - {id: from-first, type: field_name_mapping, mapping: {EventID: first}}
"""
    collection = applied(tmp_path, RULE, last, first)
    assert collection.rules[0].conditions == (Leaf("first.last", Text(("4625",))),)
    assert collection.errors == []


def test_pipelines_of_one_priority_go_in_the_order_given(tmp_path: Path) -> None:
    one = "transformations: [{type: field_name_suffix, suffix: .one}]"
    two = "transformations: [{type: field_name_suffix, suffix: .two}]"
    assert applied(tmp_path, RULE, two, one).rules[0].conditions[0] == Leaf(
        "EventID.two.one", Text(("4625",))
    )


def test_the_collection_that_was_given_stays_as_it_was(tmp_path: Path) -> None:
    before = load([saved(tmp_path, "rules.yml", RULE)])
    after = apply(saved(tmp_path, "pipeline.yml", MAPPING.replace("IpAddress", "EventID")), before)
    assert before.rules[0].conditions == (Leaf("EventID", Text(("4625",))),)
    assert after.rules[0].conditions == (Leaf("source.ip", Text(("4625",))),)
    assert after.files == before.files == 1


WAITING = """
title: Admin logon
logsource: {product: windows}
detection: {selection: {User|expand: '%Admins%', Host|expand: '%Hosts%x', N|expand: '%None%'}, condition: selection}
"""
FILLING = """
vars: {Admins: [root, 7], Hosts: pc}
transformations:
  - {type: value_placeholders, include: [Admins, Hosts]}
  - {type: wildcard_placeholders, exclude: [Never]}
"""


@pytest.mark.parametrize("reader", [load, load_cached])
def test_placeholders_are_filled_while_rules_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: object
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    rules = [saved(tmp_path, "rules.yml", WAITING)]
    pipeline = saved(tmp_path, "pipeline.yml", FILLING)
    read = load_cached if reader is load_cached else load
    assert len(read(rules, {}).waiting) == 1
    filled = read(rules, placeholders_of([pipeline], {}))
    assert str(ours(filled.rules[0].conditions)).count("root") == 1
    assert ours(filled.rules[0].conditions) == ours(apply(pipeline, filled).rules[0].conditions)
    tests = ours(filled.rules[0].conditions)[0][1]  # type: ignore[index]
    assert ("Host", "text", ("pcx",), False) in tests
    assert ("N", "text", (0,), False) in tests
    assert len(read(rules, {}).waiting) == 1


def test_given_placeholders_win_over_vars_and_unasked_vars_are_not_used(tmp_path: Path) -> None:
    pipeline = saved(tmp_path, "pipeline.yml", FILLING.replace("exclude: [Never]", "include: [Hosts, Else]"))
    assert vars_of(pipeline) == {"Admins": ("root", "7"), "Hosts": ("pc",), "Else": ("*",)}
    assert placeholders_of([pipeline], {"Hosts": ("web",)})["Hosts"] == ("web",)
    assert vars_of(saved(tmp_path, "other.yml", "vars: {a: b}\ntransformations: []")) == {}


def test_excluded_placeholders_stay_open(tmp_path: Path) -> None:
    filled = placeholders_of([saved(tmp_path, "pipeline.yml", FILLING)], {})
    assert "Never" not in filled
    assert filled["Anything"] == ("*",)


def test_vars_that_are_no_texts_are_an_error(tmp_path: Path) -> None:
    pipeline = saved(tmp_path, "p.yml", FILLING.replace("[root, 7]", "{a: 1}"))
    with pytest.raises(ConfigError, match="`vars`: `Admins` is a text or a list of texts"):
        vars_of(pipeline)


def test_a_text_becomes_a_regular_expression_that_means_the_same(tmp_path: Path) -> None:
    rule = RULE.replace(
        "EventID: 4625", "A|contains: a.b, B|startswith: c, C: 'd*e?', D: '', E: '*', F|cased: G"
    )
    found = {}
    for method in ("plain", "ignore_case_brackets"):
        steps = f"transformations: [{{type: regex, method: {method}}}]"
        found[method] = {
            leaf.field: leaf.test for leaf in leaves(applied(tmp_path, rule, steps).rules[0].conditions[0])
        }
    assert found["ignore_case_brackets"] == {
        "A": Regex(r"a\.b", "is"),
        "B": Regex("^c", "is"),
        "C": Regex("^d.*e.$", "is"),
        "D": Text(()),
        "E": Regex("", "is"),
        "F": Regex("^G$", "is"),
    }
    assert found["plain"]["C"] == Regex("^d.*e.$", "s")


def test_a_negated_value_stays_negated_over_several_fields(tmp_path: Path) -> None:
    """Where pySigma joins the negations by `or`, which is nearly always true."""
    rule = RULE.replace("EventID: 4625", "User|neq: root")
    made = applied(tmp_path, rule, "transformations: [{type: field_name_mapping, mapping: {User: [a, b]}}]")
    root = Text(("root",))
    assert ours(made.rules[0].conditions) == [
        ("not", ("or", frozenset({("a", "text", root.parts, False), ("b", "text", root.parts, False)})))
    ]


def test_every_spelling_of_a_value_is_replaced(tmp_path: Path) -> None:
    """Where pySigma leaves values alone that windash or base64offset unfolded."""
    rule = RULE.replace("EventID: 4625", "CommandLine|windash: '-abc'")
    made = applied(tmp_path, rule, "transformations: [{type: replace_string, regex: abc, replacement: xyz}]")
    assert "abc" not in str(made.rules[0].conditions)
    assert "/xyz" in str(made.rules[0].conditions)


def test_a_template_for_what_the_log_source_lacks_refuses_the_rule(tmp_path: Path) -> None:
    steps = "transformations: [{type: add_condition, template: true, conditions: {index: 'x-$category'}}]"
    assert errors(applied(tmp_path, RULE, steps)) == [
        (
            f"rules.yml:1: left out by add_condition in {tmp_path}/pipeline0.yml:1: `x-$category` asks for the category "
            "of the rule's log source (product windows, service security), which names none; "
            "narrow the step by a rule condition"
        )
    ]


def test_null_for_keywords_refuses_the_rule(tmp_path: Path) -> None:
    rule = RULE.replace("selection: {EventID: 4625}", "selection: [word]")
    collection = applied(tmp_path, rule, "transformations: [{type: set_value, value: null}]")
    assert collection.rules == []
    assert "a keyword can only be a text or a regular expression" in errors(collection)[0]


def test_what_cannot_be_compared_refuses_the_rule(tmp_path: Path) -> None:
    steps = """
transformations:
  - {type: set_state, key: k, val: text}
  - {type: field_name_suffix, suffix: .x, rule_conditions: [{type: processing_state, key: k, val: 3, op: gt}]}
"""
    assert errors(applied(tmp_path, RULE, steps)) == [
        (
            f"rules.yml:1: left out by field_name_suffix in {tmp_path}/pipeline0.yml:4: "
            "`text` and `3` cannot be compared by `gt`; use eq or ne"
        )
    ]
