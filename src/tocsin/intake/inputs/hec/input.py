"""Splunk's HTTP Event Collector."""

from pathlib import Path

from tocsin.intake.inputs.hec.config import Config
from tocsin.intake.inputs.hec.dialect import Hec
from tocsin.intake.web.input import WebServer
from tocsin.ports.input import Intake


def open_input(name: str, config: Config, intake: Intake, folder: Path) -> WebServer:
    """Return an input that is not started yet."""
    return WebServer(name, config, Hec(config), intake, folder)
