"""Canaries over HTTP: a record as a body."""

from collections.abc import Mapping
from pathlib import Path

from tocsin.intake.inputs.http.config import Config
from tocsin.intake.web.canary import Post, web_ways
from tocsin.ports.input import Send


def ways(config: Config, _folder: Path) -> Mapping[str, Send]:
    """Return the one way; raises ConfigError if there is none."""
    return web_ways(config, _post)


def _post(record: bytes, token: str) -> Post:
    return Post("/v1/events", record, {"Authorization": f"Bearer {token}"} if token else {})
