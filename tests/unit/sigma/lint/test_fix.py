"""Fixes keep comments, keep what the rule matches, and are done after one go."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.sigma.lint.check import catalog
from tocsin.sigma.lint.examples import complete
from tocsin.sigma.lint.finding import Edit
from tocsin.sigma.lint.fix import apply, diff, fix, meaning
from tocsin.sigma.lint.known import Known
from tocsin.sigma.lint.run import Linter

LINTER = Linter(catalog().values(), Known())

MESSY = r"""---
# about this rule
title: Suspicious Window Hidden by Example Tool. # no stop here
id: 0f06a3a5-6a09-413f-8743-e6cf35561290
status: Test
description: Detects the example tool with the switch that hides its window from the person at the screen.
references:
    - https://example.org/write-up
author: Example Author
date: 2026/1/3{spaces}
tags:
    - attack.T1564.003
    - attack.t1564.003 # again
    - attack.defense_evasion
logsource:
    product: Windows
    category: process_creation
detection:
    selection:
        Image: # the tool
            - '*\tool.exe'
            - "*other.exe" # quoted
        CommandLine|contains|all: '*hide*'
        EventID: '1'
        SourceIp|cidr: 10.1.2.3/8
        ParentImage|endswith:
            - 'a.exe'
            - 'b.exe' # keep
            - 'a.exe'
    filter:
        User: root
    condition: selection AND NOT filter
falsepositives:
    - Administrators who hide the window of a scheduled job
level: medium""".replace("{spaces}", "   ")

CLEAN = r"""# about this rule
title: Suspicious Window Hidden by Example Tool # no stop here
id: 0f06a3a5-6a09-413f-8743-e6cf35561290
status: test
description: Detects the example tool with the switch that hides its window from the person at the screen.
references:
    - https://example.org/write-up
author: Example Author
date: 2026-01-03
tags:
    - attack.t1564.003
    - attack.t1564.003 # again
    - attack.defense-evasion
logsource:
    product: windows
    category: process_creation
detection:
    selection:
        Image|endswith: # the tool
            - '\tool.exe'
            - "other.exe" # quoted
        CommandLine|contains: 'hide'
        EventID: 1
        SourceIp|cidr: 10.0.0.0/8
        ParentImage|endswith:
            - 'a.exe'
            - 'b.exe' # keep
    filter:
        User: root
    condition: selection and not filter
falsepositives:
    - Administrators who hide the window of a scheduled job
level: medium
"""


def fixed(text: str) -> str:
    return fix("a_rule.yml", text.encode(), LINTER).decode()


def test_a_messy_rule_becomes_clean_and_keeps_its_comments() -> None:
    assert fixed(MESSY) == CLEAN
    assert meaning(MESSY) == meaning(CLEAN)


def test_fixing_twice_changes_nothing() -> None:
    assert fixed(CLEAN) == CLEAN


def test_text_behind_windows_line_ends_is_fixed_at_its_place() -> None:
    assert fixed(MESSY.replace("\n", "\r\n")) == CLEAN


def test_what_is_not_yaml_is_left_alone() -> None:
    text = "title: [\nstatus: Stable\n"
    assert fixed(text) == text


def test_two_edits_of_one_place_do_not_both_apply() -> None:
    assert apply("abcdef", [Edit(1, 3, "X"), Edit(2, 4, "Y"), Edit(4, 5, "")]) == "aXdf"


def test_diff_shows_what_would_change() -> None:
    shown = diff("a_rule.yml", b"a: 1 \nb: 2", b"a: 1\nb: 2\n")
    assert "-a: 1 \n" in shown
    assert "+a: 1\n" in shown
    assert "\\ No newline at end of file" in shown


VALUES = st.text(alphabet="ab*?\\' \":#-1/é", min_size=1, max_size=7)
KEYS = st.sampled_from(
    [
        "F",
        "F|contains",
        "F|startswith",
        "F|endswith",
        "F|all",
        "F|contains|all",
        "F|re",
        "F|cased",
        "EventID",
        "F|neq",
    ]
)


def quoted(value: str, style: int) -> str:
    if style == 0:
        return "'" + value.replace("'", "''") + "'"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


@settings(max_examples=300, deadline=None)
@given(
    items=st.lists(
        st.tuples(
            KEYS, st.lists(st.tuples(VALUES, st.integers(0, 1)), min_size=1, max_size=3), st.booleans()
        ),
        min_size=1,
        max_size=3,
        unique_by=lambda item: item[0],
    )
)
def test_a_fix_never_changes_what_a_rule_matches(
    items: list[tuple[str, list[tuple[str, int]], bool]],
) -> None:
    lines = ["detection:", "    selection:"]
    for key, values, listed in items:
        if listed:
            lines.append(f"        {key}:  ")
            lines += [f"            - {quoted(value, style)} # why" for value, style in values]
        else:
            lines.append(f"        {key}: {quoted(*values[0])}")
    text = complete("\n".join([*lines, "    condition: 1 OF selection*"]) + "\n")
    after = fixed(text)
    assert meaning(after) == meaning(text)
    assert after.count("# why") >= text.count("# why") - sum(len(values) - 1 for _, values, _ in items)
    assert fixed(after) == after
