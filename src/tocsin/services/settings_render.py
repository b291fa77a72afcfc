"""Mistakes in the settings, for people and for programs."""

from collections.abc import Sequence

import msgspec

from tocsin.model.hidden import plain
from tocsin.settings.mistake import Mistake, Severity


def render(mistakes: Sequence[Mistake], form: str, *, config: str) -> str:
    """Write them. form: `text`, one a line and the totals; or `json`, whose keys are a promise."""
    return _json(mistakes, config) if form == "json" else _text(mistakes, config)


def _count(mistakes: Sequence[Mistake], severity: Severity) -> int:
    return sum(one.severity is severity for one in mistakes)


def _text(mistakes: Sequence[Mistake], config: str) -> str:
    totals = [(_count(mistakes, one), one.value) for one in Severity]
    said = ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in totals if count)
    lines = [*map(str, mistakes), f"{plain(config, 300)}: {said or 'nothing is wrong'}"]
    return "".join(f"{line}\n" for line in lines)


def _json(mistakes: Sequence[Mistake], config: str) -> str:
    document = {
        "version": 1,
        "config": config,
        "counts": {one.value: _count(mistakes, one) for one in Severity},
        "mistakes": [msgspec.structs.asdict(one) for one in mistakes],
    }
    # A path may hold bytes that are no text; JSON has only text.
    return msgspec.json.format(_encoded(document), indent=2).decode() + "\n"


def _encoded(document: dict[str, object]) -> bytes:
    import json

    return json.dumps(document).encode()
