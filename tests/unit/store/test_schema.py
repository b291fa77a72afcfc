"""The table is made once, and its index follows the settings."""

import pytest

from store_samples import Filled, event
from tocsin.ports.store import Question
from tocsin.store.schema import MIGRATIONS, migrate, version


def test_migrating_twice_changes_nothing(fresh: Filled) -> None:
    fresh.load([event()])
    assert migrate(fresh.database, token_index=True) == 0
    assert version(fresh.database) == len(MIGRATIONS)
    assert fresh.reader.count(Question()) == 1


@pytest.mark.parametrize("query", ["failed", "FAILED", '"failed password"', "fail*", "not failed"])
def test_answers_do_not_depend_on_the_index(fresh: Filled, query: str) -> None:
    counts = []
    for wanted in (True, False, True):
        migrate(fresh.database, token_index=wanted)
        fresh.load([event("Failed password"), event("unfailed"), event("password failed")])
        counts.append(fresh.reader.count(Question(query)))
    assert counts == [counts[0], 2 * counts[0], 3 * counts[0]]
    assert counts[0] > 0
