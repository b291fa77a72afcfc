"""`tocsin rules new TITLE`."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from tocsin.cli import parsing
from tocsin.cli.main import OK
from tocsin.errors import ConfigError
from tocsin.services.rules_new import Answers, new_rule
from tocsin.sigma.rule import Level


def arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    add = parser.add_argument
    add("title", metavar="TITLE", help="what the rule finds, such as 'Deploy Key With Write Access'")
    add("--folder", default=".", metavar="DIR", help="where to write (default: here)")
    add("--product", default="")
    add("--category", default="")
    add("--service", default="")
    add("--level", type=parsing.level, default=Level.MEDIUM, metavar="LEVEL")
    add("--description", default="")
    add("--author", default="")
    add("--tag", action="append", default=[], metavar="TAG", help="such as attack.t1098; repeatable")
    add("--reference", action="append", default=[], metavar="URL", help="repeatable")
    add(
        "--item",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="of the selection: 'action=repo.destroy'; repeatable",
    )


def run(given: argparse.Namespace) -> int:
    """Write the rule and its tests."""
    items: dict[str, tuple[str, ...]] = {}
    for text in given.item:
        field, found, value = text.partition("=")
        if not found:
            raise ConfigError(f"--item {text}: write FIELD=VALUE")
        items[field] = (*items.get(field, ()), value)
    answers = Answers(
        title=given.title,
        product=given.product,
        category=given.category,
        service=given.service,
        level=given.level,
        description=given.description,
        author=given.author,
        tags=tuple(given.tag),
        references=tuple(given.reference),
        items=tuple(items.items()),
    )
    made = new_rule(answers, Path(given.folder), today=datetime.now(UTC).date())
    print(f"{made.rule}\n{made.tests}")
    for finding in made.findings:
        print(f"  {finding.code} {finding.message}")
    return OK
