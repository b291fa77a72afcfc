"""Did you mean: the nearest known name, by edit distance."""

from collections.abc import Iterable

_MAX_LENGTH = 64  # names are short; the cost is the product of two lengths


def distance(one: str, other: str, limit: int) -> int:
    """Return how many letters must be typed, left out, changed or swapped; limit + 1 when it is more."""
    if abs(len(one) - len(other)) > limit or max(len(one), len(other)) > _MAX_LENGTH:
        return limit + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, row, older = row, [i], before
        for j, b in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if older and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
        before = last
    return row[-1]


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that was probably meant, or nothing. Case and separators cost nothing."""
    plain = _plain(name)
    limit = 0 if len(plain) < 3 else 1 if len(plain) < 6 else 2
    scored = sorted((distance(plain, _plain(one), limit), one) for one in known if one != name)
    return scored[0][1] if scored and scored[0][0] <= limit else ""


def hint(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean ...?`, or nothing."""
    found = nearest(name, known)
    return f"; did you mean `{found}`?" if found else ""


def _plain(name: str) -> str:
    return name.lower().replace("-", "_").replace(" ", "_")
