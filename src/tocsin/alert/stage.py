"""The stage: the signals of one batch in, changes of alerts out. It remembers nothing from batch to batch."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from tocsin.alert import bounds, why
from tocsin.alert.about import completed
from tocsin.alert.grouping import MICROSECOND, Grouping, fingerprint, moment_of, same_alert
from tocsin.alert.merge import summed
from tocsin.alert.silence import silenced
from tocsin.model.alert import AlertBatch, AlertChange, Grows
from tocsin.model.level import rank
from tocsin.model.match import Match, RuleRef
from tocsin.model.observation import Correlated
from tocsin.model.place import Place
from tocsin.model.silence import Silence


class Alerting:
    """Makes changes of alerts. Holds settings only: make one for a set of rules and silences.

    rules: id -> rule, of the correlations that may come. groupings: rule id -> how its matches are put
    together, where that is not the usual way. kinds: a group-by's name -> kind of entity, `{"user.name": "user"}`.
    """

    def __init__(
        self,
        rules: Mapping[str, RuleRef],
        *,
        groupings: Mapping[str, Grouping] | None = None,
        usual: Grouping | None = None,
        silences: Sequence[Silence] = (),
        kinds: Mapping[str, str] | None = None,
    ) -> None:
        self.rules = rules
        self.groupings = groupings or {}
        self.usual = usual or Grouping()
        self.silences = tuple(silences)
        self.kinds = kinds or {}

    def heeding(self, silences: Sequence[Silence]) -> "Alerting":
        """Return the same with these silences."""
        return Alerting(
            self.rules, groupings=self.groupings, usual=self.usual, silences=silences, kinds=self.kinds
        )

    def __call__(
        self, origin: Place, arrived: float, matches: Iterable[Match], correlated: Iterable[Correlated] = ()
    ) -> AlertBatch:
        """Return the changes that a frame of signals makes. arrived: when its events did, seconds since 1970."""
        changes: dict[tuple[str, int], AlertChange] = {}
        for match in matches:
            change = self._of_match(match, arrived)
            key = same_alert(change)
            changes[key] = _together(changes[key], change) if key in changes else change
        return AlertBatch(origin, (*changes.values(), *self._of_correlations(correlated, arrived)))

    def _of_match(self, match: Match, arrived: float) -> AlertChange:
        grouping = self.groupings.get(match.rule.id, self.usual)
        group = grouping.group(match.entities, match.people)
        moment = moment_of(match.time, arrived)
        rule, fields = bounds.rule_shown(match.rule), bounds.fields_shown(match.fields)
        return AlertChange(
            fingerprint=fingerprint(match.rule.id, group),
            window=grouping.begin(moment),
            grows=Grows.ADD,
            rule=rule,
            group={kind: bounds.word(", ".join(names)) for kind, names in group.items()},
            entities=bounds.entities_shown(match.entities),
            fields=fields,
            why=why.of_match(rule.title, fields),
            first_seen=moment,
            last_seen=moment,
            arrived=arrived,
            count=1,
            events=bounds.ids_shown([match.event_id]),
            sources=bounds.sources_shown([match.source]),
            mute=silenced(self.silences, match.rule, match.entities, arrived=arrived),
        )

    def _of_correlations(self, correlated: Iterable[Correlated], arrived: float) -> Iterator[AlertChange]:
        return (self._of_correlation(one, arrived) for one in correlated)

    def _of_correlation(self, one: Correlated, arrived: float) -> AlertChange:
        known = self.rules[one.rule]
        rule = bounds.rule_shown(known)
        entities = completed(one.entities, one.group, self.kinds)
        # A silence is about all events, or the correlation is told: nobody hides among those of a silenced user.
        shared = completed(one.shared, one.group, self.kinds)
        shown = list(one.group.items())[: bounds.MAX_GROUP]
        group = {bounds.word(name): bounds.word(value) for name, value in shown}
        first, last = moment_of(one.first, arrived), moment_of(one.last, arrived)
        return AlertChange(
            fingerprint=fingerprint(one.rule, one.group),
            window=int(first * MICROSECOND),
            grows=Grows.REPLACE,
            rule=rule,
            group=group,
            entities=bounds.entities_shown(entities),
            fields=(),
            why=why.of_correlation(rule.title, one.total, last - first, group),
            first_seen=min(first, last),
            last_seen=max(first, last),
            arrived=arrived,
            count=one.total,
            events=bounds.ids_shown(one.events),
            series=one.revision,
            ended=one.closed,
            value=one.value,
            sources=bounds.sources_shown(one.sources),
            mute=silenced(self.silences, known, shared, arrived=arrived),
        )


def _together(one: AlertChange, other: AlertChange) -> AlertChange:
    """Join two changes of one alert; what is shown of it is the more urgent one's, the first of equals."""
    shown = other if rank(other.rule.level) > rank(one.rule.level) else one
    return replace(shown, **summed(one, other))
