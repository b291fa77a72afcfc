"""pySigma as the outside oracle: it reads the same trees, and SQLite runs its queries with the same answers."""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sigma.backends.sqlite.sqlite import sqliteBackend
from sigma.collection import SigmaCollection
from sigma.exceptions import SigmaFeatureNotSupportedByBackendError
from sigma.rule import SigmaRule

from engines import found_by, subject_of
from pysigma_oracle import ours, theirs
from recordings import logs, records
from tocsin.detect.engine import Engine
from tocsin.detect.subject import Subject
from tocsin.detect.values import to_text
from tocsin.line import Work
from tocsin.model.event import ABSENT
from tocsin.model.logsource import LogSource, applies
from tocsin.sigma.loader import Collection
from tocsin.sigma.rule import Rule
from tocsin.sigma.tree import leaves

pytestmark = [pytest.mark.corpus, pytest.mark.filterwarnings("ignore::DeprecationWarning:sigma")]

Kind = tuple[str, tuple[LogSource, ...]]
STEPS = {"otrf": 40, "evtx-mitre-cc0": 3, "sigma-regression": 1}


def test_every_rule_is_read_as_pysigma_reads_it(sigmahq_rules: Collection) -> None:
    """Without exception: the same tests on the same fields, joined in the same way."""
    for rule in sigmahq_rules.rules:
        read = SigmaRule.from_yaml(Path(rule.meta.path).read_text(encoding="utf-8"))
        assert ours(rule.conditions) == theirs(read), rule.meta.path


def sampled(corpus: Path) -> Iterator[Subject]:
    for folder, step in STEPS.items():
        for path in logs(corpus / folder):
            for number, (source, record) in enumerate(records(path)):
                if source.name in {"windows_flat", "windows_evtx"} and number % step == 0:
                    subject = subject_of(source, record)
                    assert subject
                    yield subject


def test_sqlite_finds_what_we_find(corpus: Path, sigmahq_rules: Collection) -> None:
    """Every rule on the events of its log source. SQLite gets the fields as rules name them, one kind of
    event a table, so that what is compared is the logic alone.

    What would differ, and why it does not here: SQLite's `=` minds the case (the columns are NOCASE), it
    takes 4624 and '4624' for two values (NUMERIC), and it has no regular expressions (Python's are lent).
    Keywords its backend cannot express: those rules are left out, and counted.
    """
    groups: dict[Kind, list[Subject]] = defaultdict(list)
    for subject in sampled(corpus):
        groups[subject.source.name, subject.route.logsources].append(subject)
    work = Work(Engine(sigmahq_rules.rules))
    queries = Queries()
    compared = hits = 0
    for (_, logsources), subjects in groups.items():
        rules = [rule for rule in sigmahq_rules.rules if applies(rule.logsource, logsources)]
        table = table_of(subjects, rules)
        fast = found_by(work, subjects[0].source, [subject.record for subject in subjects])
        for rule in rules:
            query = queries.of(rule)
            if query:
                found = {row for (row,) in table.execute(query)}
                assert found == {row for row, name in fast if name == rule.meta.id}, (rule.meta.title, query)
                compared += 1
                hits += len(found)
    assert compared > 8_000
    assert hits > 400
    assert len(queries.refused) < 0.01 * len(queries.known)


class Queries:
    """Rules as SQL, each converted once. refused: those with keywords."""

    def __init__(self) -> None:
        make: Any = sqliteBackend
        self.backend = make()
        self.known: dict[str, str] = {}
        self.refused: list[str] = []

    def of(self, rule: Rule) -> str:
        query = self.known.get(rule.meta.id)
        if query is None:
            query = self.known[rule.meta.id] = self._convert(rule)
        return query

    def _convert(self, rule: Rule) -> str:
        collection = SigmaCollection.from_yaml(Path(rule.meta.path).read_text(encoding="utf-8"))
        try:
            (query,) = self.backend.convert(collection)
        except SigmaFeatureNotSupportedByBackendError:
            assert any(leaf.field is None for node in rule.conditions for leaf in leaves(node)), (
                rule.meta.title
            )
            self.refused.append(rule.meta.title)
            return ""
        return str(query).replace("SELECT * FROM logs", "SELECT row FROM events", 1)


def table_of(subjects: list[Subject], rules: list[Rule]) -> sqlite3.Connection:
    """Return a database with these events, a column for each field that a rule names."""
    named = {leaf.field for rule in rules for node in rule.conditions for leaf in leaves(node) if leaf.field}
    fields = list({name.lower(): name for name in sorted(named)}.values())
    table = sqlite3.connect(":memory:")
    table.create_function("REGEXP", 2, _found)
    columns = "".join(f', "{name}" NUMERIC COLLATE NOCASE' for name in fields)
    table.execute(f"CREATE TABLE events (row INTEGER{columns})")
    slots = ",".join("?" * (len(fields) + 1))
    for row, subject in enumerate(subjects):
        values = [_cell(subject.value(name)) for name in fields]
        table.execute(f"INSERT INTO events VALUES ({slots})", [row, *values])  # noqa: S608 (question marks)
    return table


def _cell(value: Any) -> str | None:
    return None if value is ABSENT else to_text(value)


def _found(pattern: str, value: Any) -> bool:
    return value is not None and re.search(pattern, str(value)) is not None
