"""The load is the same for ever, is as real logs are, and every event of it can be found again."""

import math
from collections import Counter
from pathlib import Path
from random import Random

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from live_load import marker
from live_load.corpora import Corpora, from_corpora, from_samples
from live_load.plants import planted
from live_load.population import Population
from live_load.prepared import prepare
from live_load.stream import LOUD, Body, Stream, digest, quieted, tilted
from live_load.template import template
from tocsin.detect.engine import Engine
from tocsin.line import Work
from tocsin.sigma.loader import load
from tocsin.sources import catalog
from tocsin.sources.recognise import sort_out

SOURCES = Path(__file__).parents[3] / "src" / "tocsin" / "sources"
RULES = Path(__file__).parents[3] / "src" / "tocsin" / "content" / "rules" / "github"
NOW = 1_795_000_000.0
SEED = 20_261_123
FROZEN_SAMPLES = "ba2e8014fc915d6778d9620684264a87dbd472e37515b09655a56f49a0807348"
FROZEN_CORPORA = "981e80e76908febcff609135ef08f7e238df3be83fdf5e4217ddbaeff1330018"
CHANGED = "the load is another one: figures of before cannot be compared with those of now; freeze the new digest knowingly"


@pytest.fixture(scope="module")
def samples() -> Corpora:
    return from_samples(SOURCES)


def bodies(samples: Corpora, count: int = 10) -> list[Body]:
    stream = Stream(samples, SEED, run=7)
    return [stream.body(200, NOW + number) for number in range(count)]


def test_the_load_over_samples_is_frozen(samples: Corpora) -> None:
    assert digest(Stream(samples, SEED)) == FROZEN_SAMPLES, CHANGED


@pytest.mark.corpus
def test_the_load_over_the_corpora_is_frozen(corpus: Path) -> None:
    assert digest(Stream(from_corpora(corpus), SEED)) == FROZEN_CORPORA, CHANGED


def test_each_event_can_be_found_once(samples: Corpora) -> None:
    records = [line for body in bodies(samples) for line in body.data.splitlines()]
    assert marker.numbers(7, records) == Counter(range(2_000))
    assert not marker.numbers(8, records)
    assert all(len(marker.numbers(7, [record])) == 1 for record in records)


def test_json_stays_json_and_sources_are_told_as_before(samples: Corpora) -> None:
    for name, records in samples.items():
        stream = Stream({name: records}, SEED, mean=sum(map(len, records)) / len(records))
        lines = stream.body(300, NOW).data.splitlines()
        assert all(orjson.loads(line) for line in lines if line.startswith(b"{"))
        told = Counter({source.name if source else "": len(rows) for source, rows in sort_out(lines)})
        assert told[name] > 250, (name, told)


def test_events_have_the_size_that_is_asked_for(samples: Corpora) -> None:
    assert 800 < sum(len(body.data) for body in bodies(samples)) / 2_000 < 1_000


def test_times_are_now(samples: Corpora) -> None:
    text = b"".join(body.data for body in bodies({"okta": samples["okta"]}))
    assert b'"published":"2026-11-18T11:06:4' in text
    assert text.count(b'"published":"2026-11-18T11:06:4') == text.count(b'"published"')


@pytest.mark.parametrize("growth", [0.4, 0.65])
def test_distinct_values_grow_as_a_power(growth: float) -> None:
    numbers = iter(range(10**9))
    random = Random(1)  # noqa: S311 (repeatable)
    population = Population(random, lambda: b"%d" % next(numbers), growth=growth, start=50)
    seen, marks = set(), {}
    for draw in range(1, 200_001):
        seen.add(population.draw())
        if draw in {20_000, 200_000}:
            marks[draw] = len(seen)
    assert population.distinct == len(seen)
    assert abs(math.log10(marks[200_000] / marks[20_000]) - growth) < 0.15


def test_equal_texts_stay_equal() -> None:
    cut = template(b'{"a":"10.1.2.3","b":"10.1.2.3","c":"10.1.2.4","EventID":4624}')
    assert [hole.kind for hole in cut.holes] == ["ip", "ip", "marker"]
    assert cut.where == (0, 0, 1, 2)
    assert b"4624" in b"".join(cut.pieces)


@given(st.binary(max_size=300))
def test_any_record_can_be_cut_up(record: bytes) -> None:
    cut = template(record)
    whole = b"".join(
        piece + (cut.holes[at].was if cut.holes[at].kind != "marker" else b"")
        for piece, at in zip(cut.pieces, (*cut.where, cut.where[-1]), strict=True)
    )
    assert len(whole) >= len(record) - 1


@given(st.lists(st.tuples(st.floats(0.1, 10), st.integers(50, 4_000)), min_size=2, max_size=40))
def test_shares_are_tilted_to_the_mean(kinds: list[tuple[float, int]]) -> None:
    shares, sizes = [share for share, _ in kinds], [size for _, size in kinds]
    mean = (min(sizes) + max(sizes)) / 2
    found = tilted(shares, sizes, mean)
    average = sum(share * size for share, size in zip(found, sizes, strict=True)) / sum(found)
    assert min(sizes) == max(sizes) or abs(average - mean) < max(20, mean * 0.3)


def test_loud_records_are_few() -> None:
    found = quieted([1, 2, 3, 4], [True, False, True, False])
    assert found[1::2] == [2, 4]
    assert math.isclose((found[0] + found[2]) / sum(found), LOUD)
    assert quieted([1, 2], [True, True]) == [1, 2]


def test_what_is_prepared_is_what_is_made(samples: Corpora, tmp_path: Path) -> None:
    made = prepare(tmp_path / "load", Stream(samples, SEED, run=7), 10, 200, lambda number: NOW + number)
    assert list(made.bodies()) == bodies(samples)
    assert made.events == 2_000
    assert made.size == (tmp_path / "load").stat().st_size


def test_a_planted_attack_fires_its_rule(samples: Corpora) -> None:
    body, plant = planted(bodies(samples, 1)[0], 7, NOW)
    lines = body.data.splitlines()
    assert plant.number == 199
    assert marker.numbers(7, lines) == Counter(range(200))
    source = catalog()["github_audit"]
    assert sort_out(lines[-1:]) == [(source, [0])]
    work = Work(Engine(load((RULES,)).rules))
    assert [signal.hit.rule.meta.title for signal in work(source, lines[-1:]).signals] == [
        "GitHub Two-Factor Requirement Disabled"
    ]
