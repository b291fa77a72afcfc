"""One folder a kind of channel. `catalog()` lists them; nothing else needs editing to add one."""

from tocsin import registry
from tocsin.settings.kinds import Channel


def catalog() -> dict[str, type[Channel]]:
    """Return the Config of every kind, from the folders here and the entry points `tocsin.channels`."""
    own = {name: module.Config for name, module in registry.folders(__name__, "config").items()}
    return own | {name: one for name, one in registry.installed("tocsin.channels").items() if name not in own}
