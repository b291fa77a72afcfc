"""One field of a partition: which of its predicates a value satisfies.

Log values repeat: the answer for a value is worked out once and remembered as a small number, its class.
Values with equal answers share a class. Never remembered: whole records.
"""

from collections.abc import Callable, Sequence
from enum import Enum

import re2

from tocsin.detect.literals import Literals
from tocsin.detect.tests import LONGEST_TYPED, holds, holds_one
from tocsin.detect.values import MAX_CHARS, fold, to_text
from tocsin.model.event import ABSENT, Value, elements
from tocsin.sigma.regex import required_literal, searcher
from tocsin.sigma.tree import ANY, ONE, Exists, Null, Parts, Regex, Test, Text

Found = frozenset[int]
"""The satisfied predicates, by their number in the field."""

_AWKWARD = (0, 1)
"""True == 1 and False == 0 as keys: these values share a memo entry only if their answers are equal."""


class When(Enum):
    """What a hit of a literal means for a predicate that waits for it."""

    EQUAL = "it must be the whole value"
    HIT = "it is enough"
    START = "it must be at the start"
    END = "it must be at the end"
    CHECK = "the whole value must be checked, once"


Check = Callable[[str, str], bool]
"""Takes the text and the text in lower case."""


class Predicates:
    """The tests on one field, indexed so that one look at a value answers them all."""

    def __init__(self, tests: Sequence[Test]) -> None:
        self.tests = tests
        self.exact: dict[str, list[int]] = {}
        self.watch: dict[str, list[tuple[int, When, Check | None]]] = {}
        self.always: list[tuple[int, Check]] = []
        self.typed: list[int] = []
        self.present: Found = frozenset(i for i, t in enumerate(tests) if isinstance(t, Exists) and t.wanted)
        self.absent: Found = frozenset(i for i, test in enumerate(tests) if holds(test, ABSENT))
        self.null: Found = frozenset(i for i, test in enumerate(tests) if isinstance(test, Null))
        self.cut = 0
        for number, test in enumerate(tests):
            self._index(number, test)
        words = sorted(self.watch)
        self.literals = Literals(words)
        self.watchers = [self.watch[word] for word in words]

    def _index(self, number: int, test: Test) -> None:
        if isinstance(test, Text):
            shape = None if test.cased else shape_of(test.parts)
            if shape is None:
                self._index_glob(number, test)
            elif shape[0] is When.EQUAL:
                self.exact.setdefault(shape[1], []).append(number)
            else:
                self._wait(number, shape[1], shape[0], None)
        elif isinstance(test, Regex):
            found = searcher(test.pattern, test.flags).found
            literal = required_literal(test.pattern, test.flags)
            self._wait(number, literal, When.CHECK, lambda text, _low: found(text))
        elif not isinstance(test, Exists | Null):
            self.typed.append(number)

    def _index_glob(self, number: int, test: Text) -> None:
        lowered: Parts = tuple([fold(part) if isinstance(part, str) else part for part in test.parts])
        literal = max([part for part in lowered if isinstance(part, str)], key=len, default="")
        check = globbed(test.parts if test.cased else lowered)
        whole: Check = (lambda text, _low: check(text)) if test.cased else (lambda _text, low: check(low))
        self._wait(number, literal, When.CHECK, whole)

    def _wait(self, number: int, literal: str, when: When, check: Check | None) -> None:
        if literal:
            self.watch.setdefault(literal, []).append((number, when, check))
        elif check:
            self.always.append((number, check))

    def satisfied(self, value: Value) -> Found:
        """Return the numbers of the predicates that the value satisfies."""
        if value is ABSENT or self._surely_none(value):
            return self.absent if value is ABSENT else self.present
        found = set(self.present)
        self._gather(value, found)
        return frozenset(found)

    def _surely_none(self, value: Value) -> bool:
        """Look through many texts at once: only literals can be told so, and most keywords are."""
        if type(value) is not tuple or self.always or self.typed or self.exact or self.null:
            return False
        texts = [text for text in value if type(text) is str]
        return len(texts) == len(value) and not self.literals.found(fold("\n".join(texts)))

    def _gather(self, value: Value, found: set[int]) -> None:
        if isinstance(value, list | tuple):
            for inner in elements(value):
                self._gather(inner, found)
            return
        text = to_text(value)
        if text is None:
            found |= self.null
            return
        if type(value) is str and len(value) > MAX_CHARS:
            self.cut += 1
        low = fold(text)
        found.update(self.exact.get(low, ()))
        self._gather_literals(text, low, found)
        if self.always:
            found.update(number for number, check in self.always if check(text, low))
        if self.typed and (type(value) is not str or len(value) <= LONGEST_TYPED):
            found.update(number for number in self.typed if holds_one(self.tests[number], value))

    def _gather_literals(self, text: str, low: str, found: set[int]) -> None:
        # Each literal once, however often it is in the text: hostile texts repeat them.
        for place in self.literals.found(low):
            for number, when, check in self.watchers[place]:
                if check(text, low) if check else _stands(low, self.literals.words[place], when):
                    found.add(number)


def _stands(low: str, word: str, when: When) -> bool:
    if when is When.HIT:
        return True
    return low.startswith(word) if when is When.START else low.endswith(word)


def shape_of(parts: Parts) -> tuple[When, str] | None:
    """Recognise equals, contains, startswith and endswith, with their text in lower case."""
    width = len(parts)
    if width == 0:
        return When.EQUAL, ""
    head, tail = parts[0], parts[-1]
    if width == 1:
        return (When.EQUAL, fold(head)) if isinstance(head, str) else None
    if width == 2:
        if isinstance(head, str) and tail == ANY:
            return When.START, fold(head)
        return (When.END, fold(tail)) if head == ANY and isinstance(tail, str) else None
    middle = parts[1]
    return (
        (When.HIT, fold(middle)) if width == 3 and head == ANY == tail and isinstance(middle, str) else None
    )


def globbed(parts: Parts) -> Callable[[str], bool]:
    """Compile a pattern for whole texts, linear in the text: ordered finds, or RE2 when it has `?`."""
    if all(isinstance(part, int) for part in parts):
        least, more = parts.count(ONE), ANY in parts
        return lambda text: len(text) >= least if more else len(text) == least
    if ONE in [part for part in parts if isinstance(part, int)]:
        source = "".join(re2.escape(p) if isinstance(p, str) else ".*" if p == ANY else "." for p in parts)
        return searcher(rf"^(?:{source})\z", "s").found
    return _ordered(parts)


def _ordered(parts: Parts) -> Callable[[str], bool]:
    """Literals with `*` between them: each is found after the one before, the ends anchored."""
    if all(isinstance(part, str) for part in parts):
        return "".join(map(str, parts)).__eq__
    head = parts[0] if isinstance(parts[0], str) else ""
    tail = parts[-1] if isinstance(parts[-1], str) else ""
    inner = [part for part in parts[bool(head) : len(parts) - bool(tail)] if isinstance(part, str)]

    def check(text: str) -> bool:
        if len(text) < len(head) + len(tail) or not text.startswith(head) or not text.endswith(tail):
            return False
        at, end = len(head), len(text) - len(tail)
        for part in inner:
            at = text.find(part, at, end)
            if at < 0:
                return False
            at += len(part)
        return True

    return check


class Budget:
    """How much all memos together may hold, in characters; when it is spent, all are emptied."""

    def __init__(self, limit: int = 48_000_000) -> None:
        self.limit = limit
        self.left = limit
        self.memos: list[dict[Value, int]] = []
        self.emptied = 0

    def spend(self, size: int) -> None:
        """Take from the budget; empty every memo when nothing is left."""
        self.left -= size
        if self.left < 0:
            self.emptied += 1
            self.left = self.limit
            for memo in self.memos:
                memo.clear()


class Memo(dict[Value, int]):
    """value -> class, worked out on first sight. `classes[n]` is what class n satisfies."""

    __slots__ = (
        "_seen",
        "_shared",
        "budget",
        "classes",
        "looked",
        "misses",
        "numbers",
        "predicates",
        "remember",
    )

    SHORT = 512
    """Longer values are remembered only when they come a second time: most of them never do."""
    SEEN = 50_000

    def __init__(self, predicates: Predicates, budget: Budget, *, remember: bool = True) -> None:
        self.predicates = predicates
        self.budget = budget
        self.remember = remember
        self.numbers: dict[Found, int] = {}
        self.classes: list[Found] = []
        self.looked = 0
        self.misses = 0
        self._shared: bool | None = None
        self._seen: set[int] = set()
        budget.memos.append(self)

    def __missing__(self, value: Value) -> int:
        self.misses += 1
        found = self.predicates.satisfied(value)
        number = self.numbers.get(found)
        if number is None:
            number = self.numbers[found] = len(self.classes)
            self.classes.append(found)
        if value == () or (self.remember and self._rememberable(value)):
            self[value] = number
            self.budget.spend(150 + _size(value))
        return number

    def forget(self) -> None:
        """Drop all classes and what is remembered of values."""
        self.clear()
        self.numbers.clear()
        self.classes.clear()

    def _rememberable(self, value: Value) -> bool:
        if type(value) is str:
            return len(value) <= self.SHORT or self._is_back(value)
        if isinstance(value, int | float):
            return value not in _AWKWARD or self._awkward_are_alike()
        if type(value) is tuple:
            return all(type(inner) is str for inner in value) and sum(map(len, value)) <= self.SHORT
        return value is ABSENT or value is None

    def _is_back(self, value: str) -> bool:
        mark = hash(value)
        if mark in self._seen:
            return True
        if len(self._seen) >= self.SEEN:
            self._seen.clear()
        self._seen.add(mark)
        return False

    def _awkward_are_alike(self) -> bool:
        if self._shared is None:
            satisfied = self.predicates.satisfied
            self._shared = all(satisfied(bool(number)) == satisfied(number) for number in _AWKWARD)
        return self._shared

    def classify(self, column: Sequence[Value]) -> list[int]:
        """Return the class of each value of a column."""
        self.looked += len(column)
        try:
            return list(map(self.__getitem__, column))
        except TypeError:  # a list or an object among them: those have no hash
            return [self._class_of(value) for value in column]

    def _class_of(self, value: Value) -> int:
        if type(value) is list and all(type(inner) is str for inner in value):
            return self[tuple(value)]  # to every test a list and a tuple are the same
        return self.__missing__(value) if isinstance(value, list | dict | tuple) else self[value]


def _size(value: Value) -> int:
    if type(value) is tuple:
        return sum(60 + len(inner) for inner in value)
    return len(value) if type(value) is str else 0


class Values:
    """What the partitions of an engine share: predicates on equal lists of tests, and the memos' budget."""

    def __init__(self) -> None:
        self.budget = Budget()
        self.made: dict[tuple[Test, ...], Predicates] = {}

    def predicates(self, tests: Sequence[Test]) -> Predicates:
        """Return the predicates on a field, made once for equal tests."""
        key = tuple(tests)
        made = self.made.get(key)
        if made is None:
            made = self.made[key] = Predicates(key)
        return made

    def drop(self) -> None:
        """Let go of everything, when the partitions are dropped."""
        self.budget.memos.clear()
        self.made.clear()
