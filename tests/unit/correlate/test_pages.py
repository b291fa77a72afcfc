"""Whatever happens to entries, pages and the rest hold them all, and pages that are untouched are left alone."""

from bisect import insort
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.correlate.entry import Entry
from tocsin.correlate.pages import AFTER_ALL, PAGE, Page, turn


def held(
    entries: list[Entry], pages: list[Page], kept: dict[int, list[Entry]], rest: list[Entry]
) -> list[Entry]:
    """Return the entries as they are read back: what is older than the first was let go of."""
    first = entries[0][:2] if entries else AFTER_ALL
    return [one for page in pages for one in kept[page.number] if one[:2] >= first] + rest


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32), rounds=st.integers(1, 30))
def test_pages_and_the_rest_hold_all_entries(seed: int, rounds: int) -> None:
    random = Random(seed)  # noqa: S311
    entries: list[Entry] = []
    pages: list[Page] = []
    kept: dict[int, list[Entry]] = {}
    end = 0.0
    for number in range(rounds):
        changed = AFTER_ALL
        del entries[: random.choice((0, 0, 1, PAGE, len(entries)))]
        more = random.choice((0, 1, 50, 700))
        entries += [(end + at + 1, f"{number}", None, ()) for at in range(more)]
        end += more
        for at in range(random.choice((0, 0, 1, 5))):
            if entries:
                # Also before the first: a group may let go of more than the watermark says.
                late: Entry = (random.uniform(entries[0][0] - 200, entries[-1][0]), f"late-{at}", None, ())
                changed = min(changed, late[:2])
                insort(entries, late)
        turned = turn(pages, entries, changed)
        for gone in turned.gone:
            del kept[gone]
        assert not {page.number for page, _ in turned.new} & set(kept)
        kept |= {page.number: some for page, some in turned.new}
        untouched = [
            page for page in pages if page.last < changed and entries and page.last >= entries[0][:2]
        ]
        assert set(untouched) <= set(turned.pages)
        pages = turned.pages
        assert set(kept) == {page.number for page in pages}
        assert held(entries, pages, kept, entries[turned.rest :]) == entries
        assert len(entries) - turned.rest < 2 * PAGE


def test_one_more_entry_is_not_a_page_more() -> None:
    entries: list[Entry] = [(float(at), "", None, ()) for at in range(10 * PAGE)]
    first = turn([], entries, AFTER_ALL)
    assert len(first.new) == 9
    entries.append((10.0 * PAGE, "", None, ()))
    assert turn(first.pages, entries, AFTER_ALL).new == []
