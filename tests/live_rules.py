"""A few rules for tests of the live line, prepared as a role has them."""

from pathlib import Path

from tocsin.services.hunt.setup import Options, prepare
from tocsin.services.live.rules import LiveRules

OWN_RULE = """\
title: Somebody said xyzzy
id: 99999999-9999-4999-8999-999999999999
logsource: {product: github, service: audit}
detection:
  said: {action: xyzzy.create}
  condition: said
level: low
"""
RULES = """\
title: Repository made public
id: 11111111-1111-4111-8111-111111111111
logsource: {product: github, service: audit}
detection:
  made_public: {action: repo.access, visibility: public}
  condition: made_public
level: high
---
title: Log-in failed
id: 22222222-2222-4222-8222-222222222222
name: login_failed
logsource: {product: github, service: audit}
detection:
  failed: {action: org.login_failed}
  condition: failed
level: low
---
title: Many log-ins failed
id: 33333333-3333-4333-8333-333333333333
correlation:
  type: event_count
  rules: [login_failed]
  group-by: [actor]
  timespan: 5m
  condition: {gte: 3}
level: high
"""


def live_rules(folder: Path) -> LiveRules:
    """Return the rules, compiled from a file in the folder."""
    place = folder / "rules" / "live.yml"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(RULES)
    return LiveRules(prepare(Options(paths=(), rules=(place,))), "0" * 64)
