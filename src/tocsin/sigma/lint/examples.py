"""The examples of a check: a few keys, laid over a sound rule to make it whole."""

import re

BASE = r"""title: Suspicious Window Hidden by Example Tool
id: 0f06a3a5-6a09-413f-8743-e6cf3556129%d
status: experimental
description: Detects the example tool with the switch that hides its window from the person at the screen.
references:
    - https://example.org/write-up
author: Example Author
date: 2026-01-31
tags:
    - attack.stealth
    - attack.t1564.003
logsource:
    product: windows
    category: process_creation
detection:
    selection:
        Image|endswith: '\tool.exe'
        CommandLine|contains: ' -hide '
    condition: selection
falsepositives:
    - Administrators who hide the window of a scheduled job
level: medium
"""
_OTHERS = ("", " Twice", " Thrice", " Again")
_KEY = re.compile(r"^(\w[\w-]*)\s*:", re.MULTILINE)


def complete(fragment: str, without: tuple[str, ...] = ()) -> str:
    """Return the whole text of an example; documents are parted by `---`."""
    parts = re.split(r"(?<=\n)---\n", fragment)
    return "---\n".join(_document(part, number, without) for number, part in enumerate(parts))


def _document(fragment: str, number: int, without: tuple[str, ...]) -> str:
    head, given = _sections(fragment)
    _, base = _sections(BASE % number)
    base["title"] = base["title"].rstrip("\n") + _OTHERS[number] + "\n"
    dropped = (
        {"logsource", "detection"}
        if "correlation" in given
        else {"detection"}
        if "filter" in given
        else set()
    )
    kept = {key: text for key, text in base.items() if key not in {*dropped, *without}}
    kept.update(given)
    if "level" in kept:  # last, so that an example can end as it likes
        kept["level"] = kept.pop("level")
    return head + "".join(kept.values())


def _sections(text: str) -> tuple[str, dict[str, str]]:
    """Split at top-level keys: what stands before the first, and each key's text. A doubled key stays with the first."""
    starts = [(found[1], found.start()) for found in _KEY.finditer(text.removeprefix("\ufeff"))]
    shift = int(text.startswith("\ufeff"))
    ends = [start for _, start in starts[1:]] + [len(text) - shift]
    sections: dict[str, str] = {}
    for (key, start), end in zip(starts, ends, strict=True):
        sections[key] = sections.get(key, "") + text[start + shift : end + shift]
    return text[: starts[0][1] + shift] if starts else text, sections
