"""One folder a kind of live input. `catalog()` lists them; nothing else needs editing to add one."""

from tocsin import registry
from tocsin.settings.kinds import Input


def catalog() -> dict[str, type[Input]]:
    """Return the Config of every kind, from the folders here and the entry points `tocsin.inputs`."""
    own = {name: module.Config for name, module in registry.folders(__name__, "config").items()}
    return own | {name: one for name, one in registry.installed("tocsin.inputs").items() if name not in own}
