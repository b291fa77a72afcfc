"""Canaries over HEC: an event of text, on a channel."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from tocsin.intake.inputs.hec.config import Config
from tocsin.intake.web.canary import Post, web_ways
from tocsin.ports.input import Send

_CHANNEL = "746f6373-696e-4000-8000-63616e617279"


def ways(config: Config, _folder: Path) -> Mapping[str, Send]:
    """Return the one way; raises ConfigError if there is none."""
    return web_ways(config, _post)


def _post(record: bytes, token: str) -> Post:
    body = msgspec.json.encode({"event": record.decode("ascii")})
    headers = {"Authorization": f"Splunk {token}", "X-Splunk-Request-Channel": _CHANNEL}
    return Post("/services/collector/event", body, headers)
