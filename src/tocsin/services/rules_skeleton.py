"""What `rules new` begins with: an example selection for a log, and test events made from a selection."""

from tocsin.services.rules_quote import quote

Items = tuple[tuple[str, tuple[str, ...]], ...]

_EXAMPLES: dict[tuple[str, str], Items] = {
    ("windows", "process_creation"): (
        ("Image|endswith", ("\\example.exe",)),
        ("CommandLine|contains", (" -example ",)),
    ),
    ("linux", "process_creation"): (
        ("Image|endswith", ("/example",)),
        ("CommandLine|contains", (" --example ",)),
    ),
    ("macos", "process_creation"): (
        ("Image|endswith", ("/example",)),
        ("CommandLine|contains", (" --example ",)),
    ),
    ("aws", "cloudtrail"): (("eventSource", ("iam.amazonaws.com",)), ("eventName", ("ExampleCall",))),
    ("linux", "auditd"): (("type", ("EXECVE",)), ("a0", ("example",))),
    ("kubernetes", "audit"): (("verb", ("create",)), ("objectRef.resource", ("examples",))),
    ("github", "audit"): (("action", ("example.create",)),),
    ("okta", "okta"): (("eventType", ("example.event",)),),
}
_SOURCES = {
    ("windows", ""): "windows_flat",
    ("aws", "cloudtrail"): "cloudtrail",
    ("linux", "auditd"): "auditd",
    ("linux", "sshd"): "linux_auth",
    ("linux", "sudo"): "linux_auth",
    ("linux", "auth"): "linux_auth",
    ("linux", "syslog"): "syslog",
    ("kubernetes", "audit"): "kubernetes_audit",
    ("github", "audit"): "github_audit",
    ("gitlab", "audit"): "gitlab_audit",
    ("okta", "okta"): "okta",
    ("gcp", "gcp.audit"): "gcp_audit",
}


def example_items(product: str, category: str, service: str) -> Items:
    """Return a selection to be replaced; a keyword where the log's fields are not known here."""
    return _EXAMPLES.get((product, category or service)) or (("", ("the words of the log line",)),)


def source_of(product: str, service: str) -> str:
    """Return the source whose events the tests are, or nothing."""
    return _SOURCES.get((product, service)) or _SOURCES.get((product, ""), "")


def tests_text(product: str, service: str, items: Items) -> str:
    """Write two events that must match and two that must not; the author makes them real."""
    source = source_of(product.strip().lower(), service.strip().lower())
    right = [(key.split("|")[0] or "message", _matching(key, values[0])) for key, values in items]
    last = [(key.split("|")[0] or "message", _matching(key, values[-1])) for key, values in items]
    other = [*right[:-1], (right[-1][0], "something else")]
    lines = [f"source: {source}"] if source else []
    lines += ["match:", *_event("what the rule is for", right), *_event("the same in another way", last)]
    lines += ["no_match:", *_event("close, but harmless", other)]
    lines += _event("something else", [(name, "something else") for name, _ in right])
    return "\n".join(lines) + "\n"


def _event(name: str, fields: list[tuple[str, str]]) -> list[str]:
    rows = [f"      {quote(field)}: {quote(value)}" for field, value in dict(fields).items()]
    return [f"  - name: {quote(name)}", "    event:", *rows]


def _matching(key: str, value: str) -> str:
    """Return a value that passes the test, as far as it can be told from the value."""
    field, *words = key.split("|")
    if "contains" in words or not field:
        return f"before{value}after"
    if "startswith" in words:
        return f"{value}after"
    return f"before{value}" if "endswith" in words else value
