"""`tocsin channels test`: one marked message through one channel, now."""

import secrets
from pathlib import Path

from tocsin.errors import ConfigError
from tocsin.model.match import RuleRef
from tocsin.model.moment import to_iso
from tocsin.model.near import nearest
from tocsin.model.notice import Content, Notice, payload
from tocsin.notify.opening import open_notifier
from tocsin.ports.notifier import Delivery
from tocsin.services.kinds import load_settings
from tocsin.settings.quote import quoted
from tocsin.settings.tables import Settings

_WHY = (
    "Somebody tried this channel with `tocsin channels test`. Nothing has happened; there is nothing to do."
)


def trial(path: Path, name: str, at: float) -> str:
    """Send a test message; return its key. Raises NotDeliveredError, or ConfigError if there is no such channel."""
    settings = load_settings(path)
    config = settings.channels.get(name)
    if config is None:
        raise ConfigError(f"no channel {quoted(name)}; {_hint(name, settings)}")
    key = f"test:{secrets.token_hex(12)}:{name}"
    notifier = open_notifier(name, config)
    try:
        notifier.send(Delivery(key, payload(_notice(key, at)), at))
    finally:
        notifier.close()
    return key


def _hint(name: str, settings: Settings) -> str:
    known = tuple(settings.channels)
    near = nearest(name[:100], known)
    if near:
        return f'did you mean "{near}"?'
    return f"there are {', '.join(known)}" if known else "add one: [channels.…]"


def _notice(key: str, at: float) -> Notice:
    rule = RuleRef("test", "Test message from Tocsin", "informational")
    content = Content(
        id="test",
        because="it is a test",
        thread=key,
        first=True,
        rule=rule,
        level="informational",
        why=_WHY,
        first_seen=at,
        last_seen=at,
        first_arrival=at,
        last_arrival=at,
    )
    return Notice("test", to_iso(at), content)
