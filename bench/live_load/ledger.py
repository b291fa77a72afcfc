"""What was answered, beside what is stored."""

from bisect import bisect
from collections import Counter
from collections.abc import Mapping
from enum import Enum
from itertools import islice
from typing import NamedTuple

from live_load.stream import Body


class Answer(Enum):
    """What became of one sending of one body."""

    ACKNOWLEDGED = "answered 200: durable"
    REFUSED = "answered with an error: nothing was taken"
    UNANSWERED = "no answer: taken or not"


class Verdict(NamedTuple):
    """Events by what the client knows and what the store has.

    lost: acknowledged, not stored. doubled: stored more often than they were sent. invented: stored, though each
    sending was refused, or there was none. resent: additional rows of events that were sent again for want
    of an answer. unanswered: sendings without an answer, in events: the bound of `resent`.
    """

    acknowledged: int
    stored: int
    lost: int
    doubled: int
    invented: int
    resent: int
    unanswered: int
    examples: tuple[int, ...]

    @property
    def good(self) -> bool:
        """Whether nothing is wrong that sending again for want of an answer does not explain."""
        return not (self.lost or self.doubled or self.invented) and self.resent <= self.unanswered


class Ledger:
    """For each body of a run, how often it was sent with which answer. Bodies do not overlap."""

    def __init__(self) -> None:
        self._sent: dict[int, tuple[Body, Counter[Answer]]] = {}
        self._firsts: list[int] = []
        self.reasons: Counter[str] = Counter()

    def note(self, body: Body, answer: Answer, why: str = "") -> None:
        """Count one sending."""
        if body.first not in self._sent:
            self._sent[body.first] = (body._replace(data=b""), Counter())
        self._sent[body.first][1][answer] += 1
        if why:
            self.reasons[why] += 1

    def count(self, answer: Answer) -> int:
        """Return how many events were sent with this answer; those sent again count again."""
        return sum(body.events * answers[answer] for body, answers in self._sent.values())

    def of(self, number: int) -> Counter[Answer]:
        """Return the answers for one event."""
        if len(self._firsts) != len(self._sent):
            self._firsts = sorted(self._sent)
        at = bisect(self._firsts, number) - 1
        body, answers = self._sent[self._firsts[at]] if at >= 0 else (Body(0, 0, b""), Counter[Answer]())
        return answers if number in body.numbers else Counter()

    def check(self, stored: Mapping[int, int]) -> Verdict:
        """Compare with what is stored: number of an event -> how often it is there."""
        lost = [
            number
            for body, answers in self._sent.values()
            if answers[Answer.ACKNOWLEDGED]
            for number in body.numbers
            if not stored.get(number)
        ]
        doubled, invented, resent = [], [], 0
        for number, times in stored.items():
            sent = taken(self.of(number))
            if not sent:
                invented.append(number)
            elif times > sent:
                doubled.append(number)
            resent += max(0, min(times, sent) - 1)
        return Verdict(
            acknowledged=sum(
                body.events for body, known in self._sent.values() if known[Answer.ACKNOWLEDGED]
            ),
            stored=sum(stored.values()),
            lost=len(lost),
            doubled=len(doubled),
            invented=len(invented),
            resent=resent,
            unanswered=self.count(Answer.UNANSWERED),
            examples=tuple(islice([*lost, *doubled, *invented], 10)),
        )


def taken(answers: Counter[Answer]) -> int:
    """Return how often an event may have been taken."""
    return answers[Answer.ACKNOWLEDGED] + answers[Answer.UNANSWERED]
