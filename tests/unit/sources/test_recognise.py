"""A batch is sorted as its records are one by one, wherever in it they stand and whatever most of it is."""

import re
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tocsin.sources
from tocsin.errors import DataError
from tocsin.ports.source import Kind, Source
from tocsin.sources import catalog
from tocsin.sources.recognise import recognise, sort_out

SAMPLES = {
    name: [
        line for path in sorted(folder.glob("samples/*")) for line in path.read_bytes().splitlines() if line
    ]
    for name in catalog()
    for folder in [Path(tocsin.sources.__file__).parent / name]
}
OBJECTS = [line for lines in SAMPLES.values() for line in lines if line.startswith(b"{")]
PLAIN = b'{"msg":"started","level":"info"}'
AUDIT = (
    b'{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"1","stage":"ResponseComplete","verb":"get"}'
)


def sorted_out(records: list[bytes]) -> list[str | None]:
    names: list[str | None] = [None] * len(records)
    for source, rows in sort_out(records):
        for row in rows:
            names[row] = source.name if source else None
    return names


def one_by_one(records: list[bytes]) -> list[str | None]:
    return [found.name if (found := recognise(record)) else None for record in records]


@pytest.mark.parametrize(
    "written", [AUDIT, AUDIT.replace(b'":', b'" :'), AUDIT.replace(b"auditID", b"audit\\u0049D")]
)
@pytest.mark.parametrize("row", [0, 1, 7, 15])
def test_padding_hides_no_record_of_another_source(written: bytes, row: int) -> None:
    records = [PLAIN] * 16
    records[row] = written
    assert sorted_out(records) == one_by_one(records)
    assert sorted_out(records)[row] == "kubernetes_audit"


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from(sorted(SAMPLES)),
    others=st.lists(st.sampled_from(OBJECTS), max_size=6),
    seed=st.integers(0, 999),
)
def test_a_mixture_is_told_apart(name: str, others: list[bytes], seed: int) -> None:
    random = Random(seed)  # noqa: S311 (not for secrets)
    usual = [line for line in SAMPLES[name] if line.startswith(b"{")] or [PLAIN]
    records = [random.choice(usual) for _ in range(40)] + others
    random.shuffle(records)
    for found, wanted in zip(sorted_out(records), one_by_one(records), strict=True):
        # With the usual source's marks alone, what nobody else takes goes to it.
        assert found == wanted or (wanted in (None, "generic_json") and found == name)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_batch_of_one_source_stays_together(name: str) -> None:
    usual = [line for line in SAMPLES[name] if (found := recognise(line)) and found.name == name]
    assert sorted_out(usual * 20) == [name] * len(usual) * 20


LINES = [line for lines in SAMPLES.values() for line in lines if not line.lstrip().startswith(b"{")]
ALIKE = {"syslog", "linux_auth"}
"""Read alike: either may take what is the other's."""


@pytest.mark.parametrize("name", sorted(name for name, one in catalog().items() if one.kind is Kind.LINE))
def test_lines_of_other_logs_are_found_among_many(name: str) -> None:
    usual = next(line for line in SAMPLES[name] if recognise(line) is catalog()[name])
    wrong = []
    for line in LINES:
        found, wanted = sorted_out([usual] * 12 + [line] + [usual] * 12)[12], recognise(line)
        if wanted is None or found == wanted.name or {found, wanted.name} == ALIKE:
            continue
        with suppress(DataError):  # what its parser refuses has a second chance
            catalog()[found or ""].parse(line)
            wrong.append((wanted.name, line))
    assert not wrong


@pytest.mark.parametrize(
    "source", [one for one in catalog().values() if one.carried], ids=lambda one: one.name
)
def test_what_tells_carried_lines_is_in_all_of_them(source: Source) -> None:
    own = [line for line in SAMPLES[source.name] if recognise(line) is source]
    missing = [line for line in own if not any(text.encode() in line for text in source.carried)]
    assert source.kind is Kind.LINE
    assert all(not re.match(rb"<\d|[A-Z][a-z]{2} [ \d]\d |\d{4}-\d\d-\d\dT", line) for line in missing)
