"""`tocsin rules convert`."""

import argparse
import sys

from tocsin.cli.main import FINDINGS, OK
from tocsin.cli.rules.common import add_paths, paths_of, tell
from tocsin.errors import ConfigError
from tocsin.services.rules_convert import convert_rules, installed


def arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    add_paths(parser)
    add = parser.add_argument
    add("--to", default="", metavar="BACKEND", help="the query language; --list names those installed")
    add("--query-format", default="default", metavar="FORM", help="one of the backend's own forms")
    add(
        "--pipeline",
        action="append",
        default=[],
        metavar="NAME",
        help="an installed pipeline or a YAML file; repeatable",
    )
    add("--option", action="append", default=[], metavar="KEY=VALUE", help="for the backend; repeatable")
    add("--list", action="store_true", help="list installed backends and pipelines, and stop")


def run(given: argparse.Namespace) -> int:
    """Convert, or list what can be converted to."""
    if given.list:
        _list()
        return OK
    if not given.to:
        raise ConfigError("--to BACKEND is missing; `tocsin rules convert --list` names those installed")
    options = dict(_pair(text) for text in given.option)
    done = convert_rules(
        paths_of(given), given.to, form=given.query_format, pipelines=given.pipeline, options=options
    )
    sys.stdout.write("".join(f"{query}\n" for query in done.queries))
    tell(list(done.errors))
    return FINDINGS if done.errors else OK


def _pair(text: str) -> tuple[str, str]:
    key, found, value = text.partition("=")
    if not found:
        raise ConfigError(f"--option {text}: write KEY=VALUE")
    return key, value


def _list() -> None:
    found = installed()
    for backend in found.backends:
        print(f"{backend.name:<16} {backend.title}; forms: {', '.join(backend.formats)}")
    print(f"pipelines: {', '.join(found.pipelines) or 'none installed'}")
