"""Entries of a group in pages, so that a group of many entries is not written anew because of one more."""

from bisect import bisect_left
from typing import NamedTuple

from tocsin.correlate.entry import Entry, Key

PAGE = 128
"""Entries of a page. The newest ones, up to twice as many, are no page yet: it is there that others come between."""
AFTER_ALL: Key = (float("inf"), "")


class Page(NamedTuple):
    """A page that is saved: its number, and the keys of its first and its last entry."""

    number: int
    first: Key
    last: Key


class Turned(NamedTuple):
    """The pages as they are to be: all, what is in those that are new, numbers of those that go, where the rest begins."""

    pages: list[Page]
    new: list[tuple[Page, list[Entry]]]
    gone: list[int]
    rest: int


def turn(pages: list[Page], entries: list[Entry], changed: Key) -> Turned:
    """Return how to save entries whose pages are saved. changed: the lowest key that was put between others since."""
    first = entries[0][:2] if entries else AFTER_ALL
    kept = [page for page in pages if first <= page.last < changed]
    rest = bisect_left(entries, kept[-1].last) + 1 if kept else 0
    new: list[tuple[Page, list[Entry]]] = []
    number = pages[-1].number if pages else 0
    while len(entries) - rest >= 2 * PAGE:
        some = entries[rest : rest + PAGE]
        number += 1
        new.append((Page(number, some[0][:2], some[-1][:2]), some))
        rest += PAGE
    still = {page.number for page in kept}
    gone = [page.number for page in pages if page.number not in still]
    return Turned([*kept, *(page for page, _ in new)], new, gone, rest)
