"""Correlations that refer to themselves are left out; long and tangled chains cost no more than their length."""

import time

from tocsin.sigma.loader import Collection, finish, read_text

BASE = "title: base\nname: c0\nid: i0\nlogsource: {product: x}\ndetection: {s: {A: b}, condition: s}"


def correlation(number: int, rules: str) -> str:
    return (
        f"title: t{number}\nid: i{number}\nname: c{number}\n"
        f"correlation: {{type: temporal, rules: [{rules}], timespan: 5m}}"
    )


def collect(documents: list[str]) -> Collection:
    collection = Collection()
    for one in read_text("\n---\n".join(documents).encode(), {}, path="x.yml"):
        assert not isinstance(one, Exception)
        collection.add(one)
    return finish(collection)


def test_circle_and_what_leads_into_it_are_left_out() -> None:
    found = collect(
        [
            BASE,
            correlation(1, "c2"),
            correlation(2, "i1"),
            correlation(3, "c0, c1"),
            correlation(4, "c0"),
            correlation(5, "c4, c5"),
        ]
    )
    assert [one.meta.id for one in found.correlations] == ["i4"]
    assert [error.message.split("`")[1] for error in found.errors] == ["t1", "t2", "t3", "t5"]


def test_references_by_id_and_name_do_not_double_the_work() -> None:
    documents = [BASE, *(correlation(number, f"i{number - 1}, c{number - 1}") for number in range(1, 1500))]
    before = time.process_time()
    found = collect(documents)
    assert len(found.correlations) == 1499
    assert time.process_time() - before < 10
