"""Who is behind an account: one person has a GitHub login, an Okta user, an ARN and an e-mail address.

The mapping is a CSV file with the columns person, kind, name. What logs suggest on top of it is a proposal, which
counts only when a person has written it into the file.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from tocsin.errors import ConfigError

MAX_ACCOUNTS = 200_000
"""Accounts of a mapping."""
MAX_NAME = 256
"""Characters of a person's or an account's name."""
MAX_BYTES = 64 << 20
KINDS = frozenset({"github", "gitlab", "okta", "entra", "google", "aws", "email", "host", "kubernetes"})
_HEAD = ["person", "kind", "name"]


class Account(Struct, frozen=True, order=True):
    """One account. kind: where it is."""

    kind: str
    name: str


class Proposal(Struct, frozen=True, order=True):
    """Two accounts that were seen together so often, and nobody has said yet whether they are one person's.

    known: the person of one of them, if there is one.
    """

    one: Account
    other: Account
    seen: int
    known: str | None = None


class Identities:
    """Account -> person. Names are compared without regard to case."""

    def __init__(self, people: Mapping[Account, str]) -> None:
        self._people = {_folded(account): person for account, person in people.items()}

    def resolve(self, kind: str, name: str) -> str | None:
        """Return the person, or None if nobody has said who it is."""
        return self._people.get(Account(kind, name.casefold()))

    @property
    def accounts(self) -> int:
        """How many accounts are known."""
        return len(self._people)

    @property
    def persons(self) -> int:
        """How many people they are of."""
        return len(set(self._people.values()))

    def people(self, kind: str, users: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """Return (user, person) of those that are known: as an account of this kind, or else as an e-mail address."""
        if not self._people:
            return ()
        found = ((user, self.resolve(kind, user) or self._by_mail(user)) for user in users)
        return tuple((user, person) for user, person in found if person)

    def _by_mail(self, user: str) -> str | None:
        return self.resolve("email", user) if "@" in user else None

    def _who(self, account: Account) -> str | None:
        return self._people.get(account) or self._by_mail(account.name)

    def propose(
        self, pairs: Iterable[tuple[Account, Account, int]], *, least: int = 3, limit: int = 1_000
    ) -> list[Proposal]:
        """Return links that logs suggest, those seen most often first.

        pairs: accounts that events name as the same actor, and how many events. Those that the mapping answers
        already, either way, are left out.
        """
        seen: dict[tuple[Account, Account], int] = {}
        for some, more, times in pairs:
            pair = tuple(sorted((_folded(some), _folded(more))))
            if pair[0] != pair[1] and (pair in seen or len(seen) < MAX_ACCOUNTS):
                seen[pair[0], pair[1]] = seen.get((pair[0], pair[1]), 0) + times
        found = [self._proposal(*pair, times) for pair, times in seen.items() if times >= least]
        new = [one for one in found if one is not None]
        return sorted(new, key=lambda one: (-one.seen, one))[:limit]

    def _proposal(self, one: Account, other: Account, seen: int) -> Proposal | None:
        people = [person for account in (one, other) if (person := self._who(account))]
        return Proposal(one, other, seen, people[0] if people else None) if len(people) < 2 else None


def _folded(account: Account) -> Account:
    return Account(account.kind, account.name.casefold())


def load(path: Path) -> Identities:
    """Read a mapping; raises ConfigError with all that is wrong, by line."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigError(f"{path} is larger than {MAX_BYTES >> 20} MiB")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from None
    return parse(text, path)


def parse(text: str, path: Path) -> Identities:
    """Read the text of a mapping. path: what mistakes are told of."""
    people: dict[Account, str] = {}
    wrong = [f"{path}:{line}: {what}" for line, what in _read(text, people)]
    if wrong:
        raise ConfigError("\n".join(wrong[:20]))
    return Identities(people)


def _read(text: str, people: dict[Account, str]) -> Iterator[tuple[int, str]]:
    """Fill in the accounts; yield what is wrong and where."""
    rows = csv.reader(text.splitlines(keepends=True))
    try:
        if next(rows, None) != _HEAD:
            yield 1, f"the first line must be {','.join(_HEAD)}"
            return
        for row in rows:
            if row and (what := _take([cell.strip() for cell in row], people)):
                yield rows.line_num, what
    except csv.Error as error:
        yield rows.line_num, f"no CSV: {error}"


def _take(row: list[str], people: dict[Account, str]) -> str:
    """Add one account; return what is wrong with it, or nothing."""
    if len(row) != len(_HEAD) or not all(row):
        return f"{len(_HEAD)} columns are needed, none of them empty"
    person, kind, name = row
    if kind not in KINDS:
        return f"{kind[:40]!r} is no kind of account; there are {', '.join(sorted(KINDS))}"
    if max(len(person), len(name)) > MAX_NAME:
        return f"a name has {MAX_NAME} characters at most"
    if len(people) >= MAX_ACCOUNTS:
        return f"there may be {MAX_ACCOUNTS:,} accounts at most"
    account = _folded(Account(kind, name))
    if people.setdefault(account, person) != person:
        return f"{kind} {name!r} is {people[account]!r} already"
    return ""
