"""What a hub works with, made of rules and settings: the same live and in a replay."""

from tocsin.alert.flood import MAX_ALERTS, joined
from tocsin.alert.grouping import Grouping
from tocsin.alert.merge import merged
from tocsin.alert.stage import Alerting
from tocsin.control.alerts import Tell, Ways
from tocsin.correlate.engine import Correlator
from tocsin.services.live.hub import Stages
from tocsin.services.live.rules import LiveRules
from tocsin.services.matching.kinds import kinds_of
from tocsin.settings import tables


def stages_of(rules: LiveRules, alerts: tables.Alerts, tell: Tell) -> Stages:
    """Return new stages; their correlator remembers nothing yet."""
    setup = rules.setup
    return Stages(
        alerting=Alerting(
            rules.references,
            usual=Grouping(window=float(alerts.window)),
            kinds=kinds_of(setup.correlations),
        ),
        correlator=Correlator(setup.rules, setup.correlations, lateness=float(alerts.lateness)),
        ways=Ways(merged, tell, joined, MAX_ALERTS),
    )
