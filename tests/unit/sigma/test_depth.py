"""A file that nests deep is one error, not the end of the process."""

import pytest

from tocsin.errors import ContentError
from tocsin.sigma.depth import MAX_NESTING, refuse_deep
from tocsin.sigma.loader import read_text


@pytest.mark.parametrize("opener", ["[", "{a: ", "- ", "? "])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_loader_refuses_what_would_overflow_the_parser(opener: str, encoding: str) -> None:
    content = (opener * 300_000).encode(encoding)
    found = list(read_text(content, {}, path="deep.yml"))
    assert [str(one) for one in found] == ["deep.yml:1: nests too deep to be a rule"]


def test_wide_is_not_deep() -> None:
    refuse_deep(("a: [" + "[x], " * 5000 + "x]").encode())
    with pytest.raises(ContentError):
        refuse_deep(("[" * (MAX_NESTING + 1) + "- " * 1000).encode())
