"""A batch is sorted as its records are one by one, wherever in it they stand and whatever most of it is."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tocsin.sources
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
