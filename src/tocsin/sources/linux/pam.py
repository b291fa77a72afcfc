"""Lines that PAM modules write under any program's name: sessions, failures, passwords."""

from tocsin.model.event import Fields
from tocsin.sources.linux.shapes import Shape, put_address, read_by_word

_LOCKED = {"action": "account_locked", "category": "authentication", "outcome": "failure"}
_FAILED = {"action": "authentication_failed", "category": "authentication", "outcome": "failure"}

_TABLE = {
    "session": (
        Shape(r"session closed for user (\S+)\s*$", "user.name", action="session_closed", category="session"),
        Shape(
            r"session opened for user ([^(]+?)(?:\(uid=(\d+)\))? by ([^(]+)?(?:\(uid=(\d+)\))?\s*$",
            "user.effective.name user.effective.id user.name user.id",
            action="session_opened",
            category="session",
            outcome="success",
        ),
    ),
    "password": (
        Shape(
            r"password changed for (.+)$",
            "user.target.name",
            action="password_changed",
            category="iam",
            outcome="success",
        ),
    ),
    "user": (
        Shape(r"user (\S+) \(\d+\) tally \d+, deny", "user.name", **_LOCKED),
        Shape(
            r"user \"(.*)\" does not exist in",
            "user.target.name",
            action="unknown_user",
            category="iam",
            outcome="failure",
        ),
    ),
    "Consecutive": (
        Shape(
            r"Consecutive login failures for user (\S+) account temporarily locked", "user.name", **_LOCKED
        ),
    ),
    "check": (Shape(r"check pass; user unknown", reason="invalid user", **_FAILED),),
    "authentication": (
        Shape(r"authentication failures?;", **_FAILED),
        Shape(
            r"authentication success;",
            action="authentication_succeeded",
            category="authentication",
            outcome="success",
        ),
    ),
}
_MORE = Shape(r"PAM (\d{1,6}) more authentication failures?;", "event.repeated", **_FAILED)


def read_pam(message: str, fields: Fields) -> None:
    """Read a PAM message; the user is who acts, the effective user who they become."""
    if message.startswith("PAM "):
        if _MORE.read(message, fields):
            _read_pairs(message.partition(";")[2], fields)
        return
    if message.startswith("pam_"):
        module, _, message = message.partition("): ")
        if service := module.partition("(")[2].partition(":")[0]:
            fields["pam.service"] = service
    if not read_by_word(_TABLE, message, fields):
        return
    if fields["event.action"] == "session_opened":
        _settle_session(fields)
    elif message.startswith("authentication "):
        _read_pairs(message.partition(";")[2], fields)


def _settle_session(fields: Fields) -> None:
    # A daemon opens a session for the user who logged in; sudo and su open one for somebody else.
    effective = fields["user.effective.name"]
    if fields.setdefault("user.name", effective) == effective:
        fields.pop("user.id", None)
        if "user.effective.id" in fields:
            fields["user.id"] = fields["user.effective.id"]


def _read_pairs(pairs: str, fields: Fields) -> None:
    # `user=` is the account that was tried, `ruser=` who tried; both are absent for unknown users.
    given = dict(pair.partition("=")[::2] for pair in pairs.split())
    if host := given.get("rhost"):
        put_address(fields, host)
    if user := given.get("user") or given.get("logname"):
        fields["user.name"] = user
    if uid := given.get("uid"):
        fields["user.id"] = uid
    if tty := given.get("tty"):
        fields["process.tty"] = tty
    if (actor := given.get("ruser")) and user and actor != user:
        fields["user.name"], fields["user.target.name"] = actor, user
