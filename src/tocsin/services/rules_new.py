"""`tocsin rules new`: a rule that lints clean, and its tests, to be filled in."""

import re
from datetime import date
from pathlib import Path
from uuid import uuid4

from msgspec import Struct

from tocsin.errors import ConfigError
from tocsin.services.rules_lint import known
from tocsin.services.rules_quote import quote
from tocsin.services.rules_skeleton import example_items, tests_text
from tocsin.sigma.lint.check import catalog
from tocsin.sigma.lint.finding import Finding
from tocsin.sigma.lint.run import Linter
from tocsin.sigma.rule import Level

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")


class Answers(Struct, frozen=True):
    """What the author says. items: `(field|modifier, values)` of the selection; empty: an example to replace."""

    title: str
    product: str = ""
    category: str = ""
    service: str = ""
    level: Level = Level.MEDIUM
    description: str = ""
    author: str = ""
    tags: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    falsepositives: tuple[str, ...] = ("Unknown",)
    items: tuple[tuple[str, tuple[str, ...]], ...] = ()


class Made(Struct, frozen=True):
    """The two files that were written. findings: what the linter has to say of the rule."""

    rule: Path
    tests: Path
    id: str
    findings: tuple[Finding, ...]


def new_rule(answers: Answers, folder: Path, *, today: date, identity: str = "") -> Made:
    """Write `<title_in_snake_case>.yml` (`rule_<id>.yml` for a title of other letters) and its `.tests.yml` into the folder; never over a file that is there."""
    identity = identity or str(uuid4())
    stem = _stem(answers.title, identity)
    rule, tests = folder / f"{stem}.yml", folder / f"{stem}.tests.yml"
    taken = next((path for path in (rule, tests) if path.exists()), None)
    if taken:
        raise ConfigError(f"{taken} exists; choose another title or folder")
    text = rule_text(answers, identity=identity, today=today)
    findings = tuple(Linter(catalog().values(), known()).lint([(str(rule), text.encode())]).findings)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        rule.write_text(text, encoding="utf-8")
        tests.write_text(tests_text(answers.product, answers.service, _items(answers)), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be written: {error.strerror}") from None
    return Made(rule, tests, identity, findings)


def rule_text(answers: Answers, *, identity: str, today: date) -> str:
    """Write the rule."""
    _refuse(answers)
    title = " ".join(answers.title.split()).rstrip(".")
    title = title[:1].upper() + title[1:]
    description = (
        answers.description.strip() or f"Detects {title}. Say how that works, and why it is suspicious."
    )
    lines = [
        f"title: {quote(title)}",
        f"id: {identity}",
        "status: experimental",
        f"description: {quote(description)}",
        *_list("references", answers.references),
        *([f"author: {quote(answers.author)}"] if answers.author.strip() else []),
        f"date: {today.isoformat()}",
        *_list("tags", tuple(tag.strip().lower() for tag in answers.tags)),
        "logsource:",
        *(
            f"    {word}: {quote(getattr(answers, word).strip().lower())}"
            for word in ("product", "category", "service")
            if getattr(answers, word).strip()
        ),
        *_detection(_items(answers)),
        *_list("falsepositives", answers.falsepositives),
        f"level: {answers.level.value}",
    ]
    return "\n".join(lines) + "\n"


def _items(answers: Answers) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return answers.items or example_items(
        answers.product.lower(), answers.category.lower(), answers.service.lower()
    )


def _refuse(answers: Answers) -> None:
    if not (answers.product.strip() or answers.category.strip() or answers.service.strip()):
        raise ConfigError("say which log the rule is for: a product, category or service")
    texts = (
        answers.title,
        answers.author,
        answers.product,
        answers.category,
        answers.service,
        answers.description,
    )
    lists = (*answers.tags, *answers.references, *answers.falsepositives)
    items = [text for key, values in answers.items for text in (key, *values)]
    for text in (*texts, *lists, *items):
        if _CONTROL.search(text):
            raise ConfigError(f"{text!r} holds a character that a rule cannot")
    if any(not key or not values for key, values in answers.items):
        raise ConfigError("each item of the selection is a field and at least one value")


def _stem(title: str, identity: str) -> str:
    stem = "_".join(re.findall(r"[a-z0-9]+", title.lower()))[:80].rstrip("_")
    if len(stem) < 3 and any(char.isalpha() and not char.isascii() for char in title):
        return f"rule_{identity[:8]}"  # names of rule files are Latin letters, titles need not be
    if len(stem) < 3:
        raise ConfigError(f"`{title}` makes no file name; give the rule a title of some words")
    return stem


def _list(key: str, values: tuple[str, ...]) -> list[str]:
    entries = [f"    - {quote(value.strip())}" for value in values if value.strip()]
    return [f"{key}:", *entries] if entries else []


def _detection(items: tuple[tuple[str, tuple[str, ...]], ...]) -> list[str]:
    if not items[0][0]:
        keywords = [f"        - {quote(value)}" for value in items[0][1]]
        return ["detection:", "    keywords:", *keywords, "    condition: keywords"]
    lines = ["detection:", "    selection:"]
    for key, values in items:
        if len(values) == 1:
            lines.append(f"        {_key(key)}: {quote(values[0])}")
        else:
            lines += [f"        {_key(key)}:", *(f"            - {quote(value)}" for value in values)]
    return [*lines, "    condition: selection"]


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z_][\w.|-]*", key) else "'" + key.replace("'", "''") + "'"
