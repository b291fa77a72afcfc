"""`tocsin identities`: links between accounts that stored events suggest, and the file of those a person confirmed."""

import csv
import fcntl
import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tocsin.errors import ConfigError
from tocsin.model.hidden import plain
from tocsin.normalise.identity import KINDS, MAX_BYTES, MAX_NAME, Account, Identities, Proposal, load, parse
from tocsin.ports.store import MAX_BY, MAX_GROUPS, EventStore, Question
from tocsin.report.encode import text as json_text
from tocsin.report.inert import show, visible
from tocsin.services.kinds import load_settings
from tocsin.services.search import store_of
from tocsin.sources import catalog
from tocsin.store import durable

_HEAD = "person,kind,name\n"
_ADDRESSES = frozenset({"okta"})
"""Kinds whose user names are addresses that a directory gives out."""


class Link(NamedTuple):
    """Where events of a source name an account and an address. mails: paths; none: the user's name is the address."""

    source: str
    kind: str
    mails: tuple[str, ...]


class Suggested(NamedTuple):
    """cut: sources of which only the most frequent pairs were looked at."""

    proposals: list[Proposal]
    cut: list[str]


def links() -> Iterator[Link]:
    """Yield what may be asked of the sources that there are."""
    for source in catalog().values():
        mails = tuple(source.normalised.get("user.email", ()))[: MAX_BY - 1]
        if source.accounts and (mails or source.accounts in _ADDRESSES):
            yield Link(source.name, source.accounts, mails)


def suggested(config: Path, since: int | None, until: int | None, *, least: int, limit: int) -> Suggested:
    """Ask the running monitor's store; raises ConfigError, DeliveryError. since, until: microseconds since 1970."""
    file = load_settings(config).identities.file
    known = load(file.path) if file and file.path.exists() else Identities({})
    store, pairs, cut = store_of(config), [], []
    for link in links():
        found = _pairs(store, link, since, until)
        pairs += [pair for pair in found if all(_usable(one.name) for one in pair[:2])]
        cut += [link.source] if len(found) >= MAX_GROUPS else []
    return Suggested(known.propose(pairs, least=least, limit=limit), cut)


def _pairs(
    store: EventStore, link: Link, since: int | None, until: int | None
) -> list[tuple[Account, Account, int]]:
    by = ("user.name", *link.mails)
    named = " or ".join(f"{name}:*@*" for name in link.mails or by)
    question = Question(f"source:{link.source} user.name:* ({named})", since, until)
    return [
        (Account(link.kind, group.values[0]), Account("email", _address(group.values)), group.count)
        for group in store.group(question, by, limit=MAX_GROUPS)
    ]


def _address(values: Sequence[str]) -> str:
    return next((value for value in values[1:] if "@" in value), values[0])


def _usable(name: str) -> bool:
    """Tell whether the file can hold a name: hidden characters and spaces around it would be another name."""
    return 0 < len(name) <= MAX_NAME and name == name.strip() == visible(name)


def account(text: str) -> Account:
    """Read `github:ada-l`; raises ConfigError."""
    kind, _, name = text.partition(":")
    if kind not in KINDS or not _usable(name):
        raise ConfigError(
            f"{plain(text, 100)!r} is no account; write KIND:NAME, the kind one of {', '.join(sorted(KINDS))}"
        )
    return Account(kind, name)


def confirm(config: Path, person: str, accounts: Sequence[Account]) -> tuple[Path, int]:
    """Write accounts of a person into the file; return it, and how many were new. Raises ConfigError."""
    file = load_settings(config).identities.file
    if file is None:
        raise ConfigError(
            f'{config} names no file of identities; write file = "people.csv" under [identities]'
        )
    if not _usable(person):
        raise ConfigError(
            f"{plain(person, 100)!r} is no name of a person; it has 1 to {MAX_NAME} plain characters"
        )
    path = file.path.resolve()
    with _alone(path.parent):
        return path, _add(path, config, person, accounts)


def _add(path: Path, config: Path, person: str, accounts: Sequence[Account]) -> int:
    there = path.exists()
    known = load(path) if there else Identities({})
    new = [one for one in dict.fromkeys(accounts) if _is_new(known, one, person)]
    text = path.read_text("utf-8") if there else _HEAD
    text += "" if text.endswith("\n") else "\n"
    text += _rows(person, new)
    after = parse(text.removeprefix("\ufeff"), path)
    if any(after.resolve(one.kind, one.name) != person for one in new) or len(text.encode()) > MAX_BYTES:
        raise ConfigError(
            f"{path} takes no more lines; is a quote open in its last line, or is it too large?"
        )
    if new:
        durable.write(path, text.encode(), like=path if there else config)
    return len(new)


def _is_new(known: Identities, one: Account, person: str) -> bool:
    owner = known.resolve(one.kind, one.name)
    if owner not in {None, person}:
        raise ConfigError(f"{one.kind}:{one.name} is {owner!r} already")
    return owner is None


def _rows(person: str, accounts: Sequence[Account]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows((person, one.kind, one.name) for one in accounts)
    return out.getvalue()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one at a time change files of a folder: two confirmations at once would lose one."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def render(found: Sequence[Proposal], form: str) -> str:
    """Write proposals as JSON, or a line each: how many events, the accounts, the person of one of them."""
    if form == "json":
        return json_text([_record(one) for one in found]) + "\n"
    return "".join(
        f"{one.seen:>9,}  {_shown(one.one)}  {_shown(one.other)}  {show(one.known or '-')}\n" for one in found
    )


def _shown(one: Account) -> str:
    return f"{one.kind}:{show(one.name, MAX_NAME)}"


def _record(one: Proposal) -> dict[str, object]:
    pair = [{"kind": each.kind, "name": each.name} for each in (one.one, one.other)]
    return {"accounts": pair, "seen": one.seen, "known": one.known}
