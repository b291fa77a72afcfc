"""Accounts of one person are one person's; what logs suggest counts for nothing until somebody confirms it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import ConfigError
from tocsin.normalise.identity import Account, Identities, load

GOOD = """person,kind,name
Ada Lovelace,github,ada-l
Ada Lovelace,okta,ada@example.com

Ada Lovelace,aws,arn:aws:iam::111122223333:user/ada
"Babbage, Charles",github,cb
"""
ADA, OKTA, NEW = (
    Account("github", "Ada-L"),
    Account("okta", "ada@example.com"),
    Account("email", "ada@home.example"),
)


def loaded(folder: Path, text: str | bytes) -> Identities:
    path = folder / "people.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(path)


def test_accounts_are_resolved(tmp_path: Path) -> None:
    people = loaded(tmp_path, GOOD)
    assert people.resolve("github", "ADA-L") == "Ada Lovelace"
    assert people.resolve("aws", "arn:aws:iam::111122223333:user/ada") == "Ada Lovelace"
    assert people.resolve("github", "cb") == "Babbage, Charles"
    assert people.resolve("gitlab", "cb") is None


def test_users_of_a_source_are_resolved(tmp_path: Path) -> None:
    people = loaded(tmp_path, GOOD + "Ada Lovelace,email,ada@example.com\n")
    assert people.people("github", ("ADA-L", "cb", "zoe")) == (
        ("ADA-L", "Ada Lovelace"),
        ("cb", "Babbage, Charles"),
    )
    assert people.people("gitlab", ("ada-l", "Ada@Example.com")) == (("Ada@Example.com", "Ada Lovelace"),)
    assert people.people("", ("ada-l",)) == ()
    assert (people.accounts, people.persons) == (5, 2)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "people.csv:1: the first line"),
        ("who,kind,name\n", "people.csv:1: the first line"),
        ("person,kind,name\nAda,github\n", "people.csv:2: 3 columns"),
        ("person,kind,name\nAda,github,\n", "people.csv:2: 3 columns"),
        ("person,kind,name\nAda,github,a\nAda,icq,1\n", "people.csv:3: 'icq' is no kind"),
        ("person,kind,name\nAda,github,a\n\nBob,github,A\n", "people.csv:4: github 'A' is 'Ada' already"),
        (f"person,kind,name\nAda,github,{'a' * 300}\n", "people.csv:2: a name has 256"),
        (b"person,kind,name\n\xff", "cannot be read"),
    ],
)
def test_mistakes_are_told_by_line(tmp_path: Path, text: str | bytes, what: str) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, text)
    assert what in str(caught.value)


def test_links_are_proposed_and_do_not_count(tmp_path: Path) -> None:
    people = loaded(tmp_path, GOOD)
    other = Account("host", "x")
    found = people.propose(
        [(ADA, NEW, 1), (NEW, ADA, 1), (ADA, OKTA, 1), (NEW, NEW, 1), (NEW, other, 1)] * 3 + [(ADA, other, 1)]
    )
    assert [(one.seen, one.known) for one in found] == [(6, "Ada Lovelace"), (3, None)]
    assert people.resolve(NEW.kind, NEW.name) is None
    assert people.propose([(ADA, NEW, 2)]) == []


@given(st.binary(max_size=300))
def test_any_file_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: bytes) -> None:
    for content in (text, b"person,kind,name\n" + text):
        try:
            loaded(tmp_path_factory.getbasetemp(), content)
        except ConfigError as error:
            assert "people.csv" in str(error)
