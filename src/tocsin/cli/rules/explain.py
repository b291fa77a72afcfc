"""`tocsin rules explain EVENT --rule RULE`."""

import argparse

from tocsin.cli.main import FINDINGS, OK
from tocsin.cli.rules.common import loaded, paths_of
from tocsin.errors import ConfigError
from tocsin.model.event import ABSENT
from tocsin.report.inert import show, visible
from tocsin.services.rules_event import read_event
from tocsin.services.rules_explain import Explained, Explanation, explain
from tocsin.services.rules_show import find_rule
from tocsin.sigma.rule import Rule


def arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    parser.add_argument(
        "event", metavar="EVENT", help="a file with one event, - for standard input, or the event itself"
    )
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="where rules are (default: the built-in packs)"
    )
    parser.add_argument(
        "--rule", required=True, metavar="RULE", help="its id (or the beginning of it), name or title"
    )
    parser.add_argument(
        "--line",
        type=int,
        default=0,
        metavar="N",
        help="of a file with several events, the one that starts there",
    )
    parser.add_argument(
        "--source", default="", metavar="NAME", help="what the event is, instead of telling by content"
    )


def run(given: argparse.Namespace) -> int:
    """Explain; exits with 1 when the rule matches, as a hunt would."""
    rule = find_rule(loaded(paths_of(given)), given.rule)
    if not isinstance(rule, Rule):
        raise ConfigError(
            f"`{rule.meta.title}` is no rule on single events; explain the rules that it refers to"
        )
    record, source = _event(given.event, given.line)
    explanation = explain(rule, record, given.source or source)
    print(_told(explanation))
    return FINDINGS if explanation.matches else OK


def _event(text: str, line: int) -> tuple[bytes, str]:
    if text.lstrip().startswith("{"):
        return text.encode(), ""
    return read_event(text, line)


def _told(explanation: Explanation) -> str:
    meta = explanation.rule.meta
    verdict = "MATCHES" if explanation.matches else "does not match"
    lines = [f"{meta.title} ({meta.id}) {verdict}", ""]
    where = "; ".join(explanation.logsources)
    fits = (
        "is meant for it"
        if explanation.applies
        else f"is not meant for it: it reads {explanation.rule.logsource}"
    )
    lines += [
        f"the event is {explanation.source} ({where}); the rule {fits}",
        "",
        *_tree(explanation.condition, 0),
    ]
    return "\n".join(visible(line) for line in lines)


def _tree(node: Explained, depth: int) -> list[str]:
    mark = "true " if node.true else "false"
    value = ""
    if node.leaf:
        value = "   [no such field]" if node.value is ABSENT else f"   [{show(node.value)}]"
    return [
        f"{mark} {'  ' * depth}{node.text}{value}",
        *(line for child in node.children for line in _tree(child, depth + 1)),
    ]
