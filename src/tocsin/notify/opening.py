"""Channels of the settings -> notifiers that are ready to send."""

from collections.abc import Callable, Mapping
from typing import Any

from tocsin import notify, registry
from tocsin.errors import ConfigError
from tocsin.ports.notifier import Notifier
from tocsin.settings.kinds import Channel, kind_of


def open_notifier(name: str, config: Channel) -> Notifier:
    """Open one; raises ConfigError when a secret is not there, or its kind cannot send."""
    kind = kind_of(config)
    found = openers().get(kind)
    if found is None:
        raise ConfigError(f"channels.{name}: nothing sends to a {kind}; upgrade or remove the plug-in")
    made: Notifier = found(name, config)
    return made


def openers() -> Mapping[str, Callable[[str, Any], Notifier]]:
    """Return `open_notifier` of every kind, from the folders here and the entry points `tocsin.notifiers`."""
    own = {
        name: module.open_notifier for name, module in registry.folders(notify.__name__, "notifier").items()
    }
    return registry.installed("tocsin.notifiers") | own
