"""Columns of lines hold what the source's parser says, row by row, however alike the lines are."""

from random import Random

import pytest

from random_rules import SOURCES, samples
from tocsin.errors import DataError
from tocsin.model.event import first
from tocsin.ports.source import Kind, Source
from tocsin.sources import catalog
from tocsin.sources.decode import Group, LineDecoder, Refused

LINES = [catalog()[name] for name in SOURCES if catalog()[name].kind is Kind.LINE]
ODD = (b"", b"no header", b"\xff", b'<13>1 2026-11-23T07:21:26Z h app 1 - [a x="1"][b y="2"] hello')


class Wanted:
    """A plan that wants every normalised name, and some that lead into maps."""

    def __init__(self, source: Source, group: Group) -> None:
        inside = [(f"{name}.{path}",) for name in source.maps for path in ("a.x", "b.y")]
        self.first = [*source.normalised.values(), *inside]
        self.full = self.first
        self.group = group


@pytest.mark.parametrize("source", LINES, ids=lambda source: source.name)
def test_columns_are_what_the_parser_says(source: Source) -> None:
    random = Random(source.name)  # noqa: S311 (not for secrets)
    records = random.choices([*samples(source.name), *ODD], k=400)
    refused: list[Refused] = []
    seen: list[int] = []
    for table in LineDecoder(source).tables(records, lambda group: Wanted(source, group), refused):
        seen += table.rows
        for at, row in enumerate(table.rows):
            fields = source.parse(records[row])
            assert table.events[at] == fields
            wanted = [first(fields, paths) for paths in table.plan.first]
            assert [column[at] for column in table.columns] == wanted
            assert [column[0] for column in table.full([at])] == wanted
            assert dict(table.plan.group.known) == {path: first(fields, (path,)) for path in source.route_by}
    assert sorted([*seen, *(row for row, _ in refused)]) == list(range(len(records)))
    for row, _ in refused:
        with pytest.raises(DataError):
            source.parse(records[row])
