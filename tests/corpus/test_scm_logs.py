"""GitHub's and GitLab's own payloads are recognised as what they are, and nothing else is taken for them."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from tocsin.model.event import ABSENT, Fields, first
from tocsin.sources import catalog
from tocsin.sources.moment import to_epoch

pytestmark = pytest.mark.corpus
OURS = ("github_audit", "github_delivery", "github_webhook", "gitlab_audit", "gitlab_webhook")


def best(fields: Fields) -> str:
    record = orjson.dumps(fields)
    scores = {name: source.recognise(record, fields) for name, source in catalog().items()}
    return max(scores, key=lambda name: scores[name])


def payloads(folder: Path) -> Iterator[Fields]:
    for path in sorted(folder.rglob("*.json")):
        decoded = orjson.loads(path.read_bytes())
        if isinstance(decoded, dict):
            yield decoded


def panther(corpus: Path, name: str) -> Iterator[Fields]:
    for line in (corpus / "panther-tests" / name).read_bytes().splitlines():
        event = orjson.loads(line)["event"]
        if isinstance(event, dict):
            yield event


@pytest.mark.parametrize(
    ("folder", "name"), [("github", "github_webhook"), ("gitlab-go-gitlab", "gitlab_webhook")]
)
def test_webhook_payloads_are_recognised(corpus: Path, folder: str, name: str) -> None:
    names = [best(fields) for fields in payloads(corpus / "scm-webhooks" / folder)]
    assert len(names) > 40
    assert set(names) == {name}


@pytest.mark.parametrize(
    ("file", "name"), [("GitHub.Audit.ndjson", "github_audit"), ("GitHub.Webhook.ndjson", "github_webhook")]
)
def test_events_of_other_products_tests_are_recognised(corpus: Path, file: str, name: str) -> None:
    names = [best(fields) for fields in panther(corpus, file)]
    assert names.count(name) >= 0.95 * len(names)


def test_nothing_else_is_taken_for_ours(corpus: Path) -> None:
    others = [path for path in (corpus / "panther-tests").glob("*.ndjson") if not path.name.startswith("Git")]
    taken = [
        (path.name, name)
        for path in others
        for fields in panther(corpus, path.name)
        for name in OURS
        if catalog()[name].recognise(b"", fields)
    ]
    assert len(others) > 50
    assert taken == []


def test_push_and_run_payloads_have_a_time_and_a_repository(corpus: Path) -> None:
    source = catalog()["github_webhook"]
    for kind in ("push", "workflow_run", "check_suite", "deployment_status", "code_scanning_alert"):
        for fields in payloads(corpus / "scm-webhooks" / "github" / kind):
            assert to_epoch(first(fields, source.time)) is not None
            assert first(fields, source.normalised["vcs.repository.name"]) is not ABSENT
