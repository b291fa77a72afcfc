"""Real events by kind: from the shared corpora, or from the sources' own samples where those are absent."""

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import orjson

MAX_RECORD = 4_000
"""Bytes: larger records are left out, a stream of 1 KB on average has few of them."""
MAX_EACH = 400
"""Records of one kind; more add nothing once entities and values are drawn anew."""

Corpora = Mapping[str, list[bytes]]
"""Kind -> its records, JSON objects or lines, in a fixed order."""

_PANTHER = (
    "GitHub.Audit", "AWS.CloudTrail", "Okta.SystemLog", "GCP.AuditLog", "Amazon.EKS.Audit", "Azure.MonitorActivity",
    "Azure.Audit", "Auth0.Events", "GitLab.Audit", "GSuite.ActivityEvent", "Slack.AuditLogs",
)  # fmt: skip
_SAMPLES = (
    "auditd", "azure", "cloudtrail", "gcp_audit", "github_audit", "github_webhook", "kubernetes_audit", "linux_auth",
    "okta", "suricata", "web_access", "windows_evtx", "windows_flat", "windows_winlogbeat",
)  # fmt: skip
_NOT_OF_THE_LOG = frozenset({"p_log_type", "p_row_id", "p_event_time", "p_parse_time", "p_source_label"})


def from_samples(sources: Path) -> Corpora:
    """Return the records of `src/tocsin/sources/*/samples`; those that are hostile on purpose are left out."""
    found = {}
    for name in _SAMPLES:
        files = [path for path in sorted((sources / name / "samples").iterdir()) if path.stem != "hostile"]
        found[name] = _kept(line for path in files for line in _lines(path))
    return found


def from_corpora(corpus: Path) -> Corpora:
    """Return the records of the shared corpora."""
    found = {
        "windows": _kept(_windows(corpus / "otrf" / "datasets")),
        "kubernetes": _kept(_traces(corpus / "k8s-audit" / "traces")),
        "sshd": _kept(_lines(corpus / "host-logs" / "auth_suspicious_login.log")),
        "auditd": _kept(_lines(corpus / "host-logs" / "msticpy_auditd_log.txt")),
        "web": _kept(_lines(corpus / "web-logs" / "apache_combined_10k.log")),
        "stratus": _kept(_inner(corpus / "cloudtrail" / "stratus_labelled.ndjson")),
    }
    for name in _PANTHER:
        found[name] = _kept(_inner(corpus / "panther-tests" / f"{name}.ndjson"))
    return {name: records for name, records in sorted(found.items()) if records}


def _kept(records: Iterable[bytes]) -> list[bytes]:
    """Return distinct records of a usable size, evenly chosen when there are many."""
    distinct = list(dict.fromkeys(record for record in records if _usable(record)))
    step = max(1, len(distinct) // MAX_EACH)
    return distinct[::step][:MAX_EACH]


def _usable(record: bytes) -> bool:
    if not 20 < len(record) <= MAX_RECORD:
        return False
    try:
        return record[:1] != b"{" or isinstance(orjson.loads(record), dict)
    except orjson.JSONDecodeError:
        return False


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines()


def _inner(path: Path) -> Iterator[bytes]:
    """Yield the events that stand in `event`, without what the publisher's own product added."""
    for line in _lines(path):
        event = json.loads(line)["event"]
        if isinstance(event, dict):
            yield orjson.dumps({key: value for key, value in event.items() if key not in _NOT_OF_THE_LOG})


def _traces(folder: Path) -> Iterator[bytes]:
    for path in sorted(folder.rglob("*.json")):
        yield from (line for line in _lines(path) if line[:1] == b"{")


def _windows(base: Path) -> Iterator[bytes]:
    for path in sorted(base.rglob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.endswith(".json") and "__MACOSX" not in name]
            for name in names:
                yield from (line for line in archive.read(name).splitlines() if line[:1] == b"{")
