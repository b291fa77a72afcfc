"""The store role."""

from tocsin.app.life import Life


def run(life: Life) -> None:
    """Placeholder until joined."""
    life.be_ready()
    life.stopping.wait()
