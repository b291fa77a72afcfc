"""One role in this process: what `tocsin serve --role` runs."""

from collections.abc import Callable
from importlib import import_module

from tocsin.app.layout import Layout
from tocsin.app.life import Life
from tocsin.errors import ConfigError, TocsinError
from tocsin.telemetry.log import logger, settle

ROLES = ("intake", "worker", "store", "hub")
FAILED = 3


def run_role(name: str, layout: Layout, digest: str, *, supervised: bool) -> int:
    """Run a role until it is told to stop; returns the exit code. name: `intake`, `worker-0/2` …"""
    kind, _, rest = name.partition("-")
    if kind not in ROLES:
        raise ConfigError(
            f"no role {name!r}; there are {', '.join(ROLES)} (a worker as worker-0/2: the first of two)"
        )
    index, _, workers = rest.partition("/")
    shown = f"{kind}-{index}" if kind == "worker" else kind
    life = Life(shown, layout, digest, supervised)
    settle(shown, life.settings.tocsin.log_level, life.settings.tocsin.log_format)
    run: Callable[..., None] = import_module(f"tocsin.app.roles.{kind}").run
    with life:
        try:
            run(life, int(index or 0), int(workers or 1)) if kind == "worker" else run(life)
        except TocsinError as error:
            logger().error("the role ends", error=str(error))
            return FAILED
        logger().info("stopped")
        return 0
