"""What canaries say as changes of alerts: an input that does not deliver, one that does again, one that came twice."""

from tocsin.alert.bounds import ids_shown
from tocsin.alert.grouping import MICROSECOND, Grouping, fingerprint
from tocsin.alert.telling import OWN
from tocsin.alert.why import MAX_WHY
from tocsin.model.alert import Alert, AlertChange, Grows, Mute
from tocsin.model.canary import SOURCE, Attempt
from tocsin.model.hidden import plain
from tocsin.model.match import MatchedField, RuleRef
from tocsin.model.moment import to_iso
from tocsin.model.notice import NOBODY

BROKEN = RuleRef("tocsin.canary.broken", "Input does not deliver", "high", (OWN,))
REPLAYED = RuleRef("tocsin.canary.replayed", "Test event came twice", "medium", (OWN,))


def broken(attempt: Attempt, open_one: Alert | None, *, at: float, mute: Mute | None) -> AlertChange:
    """Begin the alert of a way that lost its canary, or say that it lost one more. at: now."""
    group = {"input": attempt.input, "transport": attempt.way}
    since = open_one.first_seen if open_one else attempt.first
    lost = open_one.count + 1 if open_one else 1
    many = "1 test event" if lost == 1 else f"{lost:,} test events"
    said = f"{many} did not come through, the first was due at {to_iso(since)}"
    if attempt.error:
        said += f"; the sender says: {plain(attempt.error, 300)}"
    return AlertChange(
        fingerprint=fingerprint(BROKEN.id, group),
        window=open_one.window if open_one else int(attempt.first * MICROSECOND),
        grows=Grows.REPLACE,
        rule=BROKEN,
        group=group,
        entities=NOBODY,
        fields=(MatchedField("error", plain(attempt.error, 300)),) if attempt.error else (),
        why=f"{BROKEN.title}: {attempt.input} over {attempt.way}: {said}."[:MAX_WHY],
        first_seen=since,
        last_seen=attempt.first,
        arrived=at,
        count=lost,
        events=(),
        series=open_one.series + 1 if open_one else 1,
        mute=mute,
    )


def over(open_one: Alert, why: str, *, at: float, mute: Mute | None) -> AlertChange:
    """End the alert. why: plain."""
    group = open_one.group
    return AlertChange(
        fingerprint=open_one.fingerprint,
        window=open_one.window,
        grows=Grows.REPLACE,
        rule=open_one.rule,
        group=group,
        entities=NOBODY,
        fields=open_one.fields,
        why=f"{BROKEN.title}: {group['input']} over {group['transport']}: {why}"[:MAX_WHY],
        first_seen=open_one.first_seen,
        last_seen=at,
        arrived=at,
        count=open_one.count,
        events=(),
        series=open_one.series + 1,
        ended=True,
        mute=mute,
    )


def replayed(input_name: str, event: str, *, arrived: float, mute: Mute | None) -> AlertChange:
    """Tell of a canary that had come before. It was stored as one; nothing else fits into it."""
    group = {"input": input_name}
    return AlertChange(
        fingerprint=fingerprint(REPLAYED.id, group),
        window=Grouping().begin(arrived),
        grows=Grows.ADD,
        rule=REPLAYED,
        group=group,
        entities=NOBODY,
        fields=(),
        why=f"{REPLAYED.title}: {input_name}: somebody has read one and sent it again.",
        first_seen=arrived,
        last_seen=arrived,
        arrived=arrived,
        count=1,
        events=ids_shown([event]),
        sources=(SOURCE,),
        mute=mute,
    )
