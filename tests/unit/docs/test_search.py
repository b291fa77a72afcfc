"""The page on searching: its queries are read, its table of fields is whole."""

import re

import pytest

from docs_pages import ROOT
from tocsin.errors import QueryError
from tocsin.model.columns import NORMALISED
from tocsin.store.query.names import SHORT
from tocsin.store.query.parser import parse
from tocsin.store.query.sql import Compiler

PAGE = (ROOT / "docs" / "reference" / "search.md").read_text(encoding="utf-8")
CELLS = re.findall(r"^\| (`.*?) \|", PAGE.partition("An empty query")[0], re.MULTILINE)
QUERIES = [query for cell in CELLS for query in re.findall(r"`([^`]+)`", cell)]


def test_there_are_queries() -> None:
    assert len(QUERIES) > 20


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_of_the_page_is_read(query: str) -> None:
    assert Compiler(query).condition(parse(query)) != "1"


def test_the_mistake_of_the_page_is_told_so() -> None:
    told = PAGE.partition("```text\ntocsin: ")[2].partition("```")[0]
    with pytest.raises(QueryError) as error:
        parse("user:(alice or bob")
    assert f"{error.value}\n" == told


def test_all_fields_are_told_with_their_short_names() -> None:
    rows = dict(
        re.findall(
            r"^\| `([^`]+)` \| (?:`([^`]+)`)? ?\|$", PAGE.partition("<!-- fields -->")[2], re.MULTILINE
        )
    )
    short = {field: name for name, field in SHORT.items()}
    assert rows == {name: short.get(name, "") for name in NORMALISED}
