"""The organisation's GitHub audit log. The attack begins here: a stolen token, a lifted protection, a poisoned workflow."""

from datetime import datetime, timedelta
from typing import Any

from example_logs.world import (
    INTRUDER,
    INTRUDER_AGAIN,
    OFFICE,
    ORG,
    PEOPLE,
    REPOS,
    RUNNERS,
    VICTIM,
    Chance,
    Event,
    clock,
    compact,
    in_order,
)

BROWSER = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
STOLEN = "Qk9Hn0m3sVb7cJ1xY5uTz2LwRpEaG8dFhKiNoMvXyWQ="
TOKEN = {"programmatic_access_type": "Personal access token (classic)", "hashed_token": STOLEN}

_chance = Chance("github")


def _entry(moment: datetime, action: str, actor: str, repo: str, **more: Any) -> Event:
    millis = int(moment.timestamp() * 1000)
    entry = {
        "@timestamp": millis,
        "_document_id": _chance.hex(22),
        "action": action,
        "actor": actor,
        "actor_is_bot": actor.endswith("[bot]"),
        "actor_ip": OFFICE,
        "actor_location": {"country_code": "SE"},
        "created_at": millis,
        "org": ORG,
        "repo": f"{ORG}/{repo}",
        "user_agent": BROWSER,
    }
    return moment, entry | more


def _work() -> list[Event]:
    """What developers and bots do all day."""
    events = []
    for moment in _chance.times(230):
        person, repo = _chance.one(*PEOPLE), _chance.one(*REPOS[:12])
        git: dict[str, Any] = {"programmatic_access_type": "SSH key", "user_agent": "git/2.51.0"}
        kind = _chance.number(0, 9)
        if kind < 3:
            events.append(_entry(moment, "git.fetch", person, repo, transport_protocol_name="ssh", **git))
        elif kind < 5:
            events.append(_entry(moment, "git.push", person, repo, transport_protocol_name="ssh", **git))
        elif kind < 6:
            pull = _chance.number(100, 900)
            events.append(_entry(moment, "pull_request.create", person, repo, pull_request_number=pull))
        elif kind < 7:
            pull = _chance.number(100, 900)
            events.append(_entry(moment, "pull_request.merge", person, repo, pull_request_number=pull))
        else:
            events += _run(moment, person, repo)
    for moment in _chance.times(24, "07:00:00", "17:00:00"):
        app = {"programmatic_access_type": "GitHub App server-to-server token", "actor_ip": RUNNERS[0]}
        repo = _chance.one(*REPOS)
        events.append(_entry(moment, "git.push", "bq-updates[bot]", repo, user_agent="git/2.51.0", **app))
    for moment in _chance.times(9, "06:30:00", "08:50:00"):
        repo = _chance.one("checkout", "rates-api")
        events.append(_entry(moment, "git.fetch", VICTIM, repo, user_agent="git/2.51.0", **TOKEN))
    return events


def _run(moment: datetime, actor: str, repo: str, workflow: str = "build", **more: Any) -> list[Event]:
    run = {"workflow_run_id": _chance.number(10**10, 2 * 10**10), "name": workflow, "head_branch": "main"}
    done = moment + timedelta(seconds=_chance.number(70, 400))
    return [
        _entry(moment, "workflows.created_workflow_run", actor, repo, event="push", **run, **more),
        _entry(done, "workflows.completed_workflow_run", actor, repo, conclusion="success", **run, **more),
    ]


def _attack() -> list[Event]:
    """From the token to the secrets of the pipeline."""
    near = {"actor_ip": INTRUDER, "actor_location": {"country_code": "NL"}, **TOKEN}
    far = {"actor_ip": INTRUDER_AGAIN, "actor_location": {"country_code": "RO"}, **TOKEN}
    api = {"user_agent": "GitHub CLI 2.83.0"}
    events = [
        _entry(clock("09:52:11"), "git.fetch", VICTIM, "checkout", user_agent="git/2.51.0", **TOKEN),
        _entry(clock("10:02:40"), "api.request", VICTIM, "checkout", **api, **near),
        _entry(clock("10:04:02"), "api.request", VICTIM, "checkout", **api, **far),
    ]
    for number, repo in enumerate(REPOS):
        moment = clock("10:06:00") + timedelta(seconds=17 * number)
        git = {"user_agent": "git/2.45.2", "transport_protocol_name": "http"}
        events.append(_entry(moment, "git.clone", VICTIM, repo, **git, **near))
    lifted = {"name": "main", **api, **near}
    events += [
        _entry(clock("10:21:05"), "protected_branch.destroy", VICTIM, "checkout", **lifted),
        _entry(clock("10:22:31"), "git.push", VICTIM, "checkout", user_agent="git/2.45.2", **near),
        *_run(clock("10:22:36"), VICTIM, "checkout", "lint", **near),
        _entry(clock("10:27:44"), "protected_branch.create", VICTIM, "checkout", **lifted),
    ]
    for number in range(6):
        moment = clock("10:29:10") + timedelta(seconds=4 * number)
        run = {"workflow_run_id": 19_000_000_100 + number, "name": "lint", **api, **near}
        events.append(_entry(moment, "workflows.delete_workflow_run", VICTIM, "checkout", **run))
    return events


def log() -> str:
    """Write the log."""
    return in_order(_work() + _attack(), compact)
