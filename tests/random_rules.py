"""Random rules and random events that meet: values are cut out of the events that the rules will see.

A case is all that a seed says. Drawn detail by detail, hardly a rule would ever be true of an event.
"""

import base64
import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import tocsin.sources
from tocsin.errors import ContentError, DataError
from tocsin.model.event import Fields, get
from tocsin.model.logsource import LogSource
from tocsin.ports.source import Kind, Source
from tocsin.sigma.parser import parse
from tocsin.sigma.rule import Rule
from tocsin.sources import catalog

ODD = [
    "",
    "a",
    "A",
    "ab",
    "abab",
    "\\",
    "C:\\",
    "*",
    "?",
    "a*b",
    "%x%",
    "\0",
    "a\0b",
    "\n",
    '"',
    "/",
    "null",
    "true",
]
ODD += [
    "\ud800",
    "x\udc00y",
    "\ud83d\ude00",
    "\u212a",
    "tas\u212a",
    "ta\u017fk",
    "\u0130x",
    "\u0131x",
    "\u017ft",
    "ß",
    "SS",
    "\u0391\u03a3",
    "\u03b1\u03c2",
    "\u03b1\u03c3\u03b1",
    "\u212b",
]
ODD += [
    "1",
    "01",
    "1.0",
    "1e3",
    "-0",
    "10.0.0.1",
    "::ffff:10.0.0.1",
    "fe80::1%1",
    "2026-11-23T07:21:26Z",
    "-x /y",
]
NUMBERS = [
    "0",
    "1",
    "-1",
    "1.0",
    "-0.0",
    "1e3",
    "1E-7",
    "0.1",
    "0.30000000000000004",
    "4688",
    "18446744073709551616",
]
NUMBERS += ["-9223372036854775809", "1180591620717411303425", "123456789012345678901234567890123456789012"]
NAMES = [
    "A",
    "B",
    "C",
    "C.d",
    "C.d.e",
    "L",
    "L.x",
    "L.x.y",
    "User",
    "CommandLine",
    "user.name",
    "C.*",
    "*",
    "a b",
]
ODD_NAMES = ["", ".", "A.", ".A", "f0", "é", "__dict__", "A|b", "\u03a3"]
REGEXES = [
    "a+b?",
    "^a",
    "b$",
    "(?i)K",
    "[[:alpha:]]",
    "(?:ab)+",
    "a{2,}",
    "\\bx",
    "a|",
    "(a)\\1",
    "(?<=a)b",
    "x(?=y)",
    "\u03a3",
]
MODIFIERS = [
    "contains",
    "startswith",
    "endswith",
    "cased",
    "windash",
    "base64",
    "base64offset",
    "wide",
    "utf16be",
    "utf16",
]
SOURCES = sorted(catalog())
HERE = Path(tocsin.sources.__file__).parent


@cache
def samples(name: str) -> list[bytes]:
    """Return the recorded lines of a source."""
    lines = [
        line
        for path in sorted((HERE / name / "samples").glob("*"))
        for line in path.read_bytes().splitlines()
    ]
    return [line for line in lines if line.strip() and len(line) < 20_000]


class Case:
    """A source, records of it, and rules for them."""

    def __init__(self, seed: int, name: str = "", size: int = 12) -> None:
        self.random = Random(seed)  # noqa: S311 (not for secrets)
        self.source: Source = catalog()[name or self.random.choice(["generic_json", *SOURCES])]
        self.bases = self.random.sample(samples(self.source.name), min(3, len(samples(self.source.name))))
        self.texts: list[str] = []
        self.names: list[str] = [*NAMES, *self.source.normalised]
        self.logsources = [LogSource()]
        for base in self.bases:
            self._learn(base)
        make = self._json if self.source.kind is Kind.JSON else self._line
        self.records = [make() for _ in range(self.random.randint(1, size))]
        made = [self._rule(number) for number in range(self.random.randint(1, 8))]
        self.rules = [rule for rule in made if rule]

    def _learn(self, record: bytes) -> None:
        try:
            fields = self.source.parse(record)
        except DataError:
            return
        route = self.source.route(tuple(get(fields, path) for path in self.source.route_by))
        self.logsources += route.logsources
        self.names += [*route.aliases][:50]
        for path, value in _flat(fields, ""):
            self.names += [path, *([root.join(["", path.removeprefix(root)]) for root in self.source.roots])]
            if isinstance(value, str):
                self.texts.append(value[:200])

    # Events

    def _json(self) -> bytes:
        random = self.random
        try:
            fields = (
                self.source.parse(random.choice(self.bases)) if self.bases and random.random() < 0.7 else {}
            )
        except DataError:
            fields = {}
        if random.random() < 0.3:
            fields["logsource"] = {
                "product": random.choice(["linux", "LINUX", 1, None]),
                "service": self._value(1),
            }
        for _ in range(random.randint(0, 6)):
            self._put(fields, random.choice([*self.names, *ODD_NAMES]), self._value(2))
        text = self._write(fields)
        if random.random() < 0.05:
            text = text[: random.randint(0, len(text))]
        return text.encode("utf-8", "surrogatepass")

    def _put(self, fields: Fields, name: str, value: Any) -> None:
        keys = name.split(".") if self.random.random() < 0.7 else [name]
        for key in keys[:-1]:
            inner = fields.get(key)
            if self.random.random() < 0.1:
                inner = fields[key] = [{}, {}]
            if isinstance(inner, list) and inner and isinstance(inner[-1], dict):
                inner = inner[-1]
            if not isinstance(inner, dict):
                inner = fields[key] = {}
            fields = inner
        fields[keys[-1]] = value

    def _value(self, depth: int) -> Any:
        random = self.random
        dice = random.random()
        if depth and dice < 0.15:
            return [self._value(depth - 1) for _ in range(random.randint(0, 3))]
        if depth and dice < 0.25:
            return {
                random.choice(["x", "d", "e", "A", "y.z"]): self._value(depth - 1)
                for _ in range(random.randint(0, 2))
            }
        if dice < 0.35:
            return random.choice([True, False, None])
        if dice < 0.55:
            return _Number(random.choice(NUMBERS))
        return self._text()

    def _text(self) -> str:
        random = self.random
        pool = ODD if random.random() < 0.6 or not self.texts else self.texts
        text = "".join(random.choice(pool) for _ in range(random.choice([1, 1, 1, 2, 3])))
        dice = random.random()
        if dice < 0.02:
            return (text or "a") * (70_000 // len(text or "a"))
        if dice < 0.06:
            return (text or "a") * (700 // len(text or "a"))
        return text.swapcase() if dice < 0.15 else text

    def _write(self, value: Any) -> str:
        if isinstance(value, _Number):
            return value.text
        if isinstance(value, dict):
            pairs = [
                f"{self._quote(str(key))}:{self._blank()}{self._write(inner)}" for key, inner in value.items()
            ]
            return "{" + f",{self._blank()}".join(pairs) + "}"
        if isinstance(value, list):
            return "[" + ",".join(map(self._write, value)) + "]"
        return self._quote(value) if isinstance(value, str) else json.dumps(value)

    def _blank(self) -> str:
        return " " if self.random.random() < 0.1 else ""

    def _quote(self, text: str) -> str:
        dice = self.random.random()
        if dice < 0.02 and len(text) < 500:
            return '"' + "".join(f"\\u{unit:04x}" for char in text for unit in _units(char)) + '"'
        if dice < 0.05:
            return json.dumps(text).replace("/", "\\/")
        # Halves of surrogate pairs go out as bytes that are not UTF-8.
        return json.dumps(text, ensure_ascii=dice < 0.5)

    def _line(self) -> bytes:
        random = self.random
        line = random.choice(self.bases)
        if random.random() < 0.5:
            at = random.randint(0, len(line))
            line = (
                line[:at] + self._text().encode("utf-8", "surrogatepass") + line[at + random.randint(0, 5) :]
            )
        return line

    # Rules

    def _rule(self, number: int) -> Rule | None:
        names = [f"{random_prefix}{index}" for index, random_prefix in enumerate(["s", "s", "_t", "f"])]
        logsource = self.random.choice(self.logsources)
        words = {word: getattr(logsource, word) for word in logsource.__struct_fields__}
        detection: dict[str, Any] = {name: self._detection(2) for name in names[: self.random.randint(1, 4)]}
        detection["condition"] = self._condition(list(detection), 3)
        document = {
            "title": f"rule {number}",
            "logsource": {word: said for word, said in words.items() if said and self.random.random() < 0.6},
            "detection": detection,
        }
        try:
            return parse(document, {"x": ("a", "b*")})  # type: ignore[return-value]
        except ContentError:
            return None

    def _condition(self, names: list[str], depth: int) -> str:
        random = self.random
        dice = random.random()
        if not depth or dice < 0.3:
            return random.choice([*names, "1 of them", "all of them", "1 of s*", "all of _*"])
        if dice < 0.5:
            return f"not {self._condition(names, depth - 1)}"
        word = random.choice([" and ", " or "])
        return f"({word.join(self._condition(names, depth - 1) for _ in range(random.randint(2, 3)))})"

    def _detection(self, depth: int) -> Any:
        random = self.random
        dice = random.random()
        if depth and dice < 0.15:
            return [self._detection(depth - 1) for _ in range(random.randint(1, 2))]
        if dice < 0.25:
            return [self._piece() for _ in range(random.randint(1, 2))]
        return dict(self._item() for _ in range(random.randint(1, 3)))

    def _item(self) -> tuple[str, Any]:
        random = self.random
        name = random.choice(self.names) if random.random() < 0.95 else ""
        dice = random.random()
        if dice < 0.1:
            return f"{name}|exists", random.random() < 0.5
        if dice < 0.2:
            return (
                f"{name}|fieldref{random.choice(['', '|contains', '|startswith', '|endswith', '|cased'])}",
                random.choice(self.names),
            )
        if dice < 0.27:
            return f"{name}|{random.choice(['lt', 'lte', 'gt', 'gte'])}", random.choice(
                [0, 1, 1000, 0.5, 2**64]
            )
        if dice < 0.32:
            return f"{name}|cidr", random.choice(["10.0.0.0/8", "::/0", "::ffff:10.0.0.0/104"])
        if dice < 0.36:
            return f"{name}|{random.choice(['hour', 'year', 'week'])}", random.choice([7, 2026, 48])
        if dice < 0.44:
            flags = random.choice(["", "|i", "|m", "|s", "|i|s"])
            return f"{name}|re{flags}", random.choice([*REGEXES, _quoted(self._piece())])
        if dice < 0.6:
            return name, random.choice([None, True, False, 0, 1, 1.0, 4688, "", [None, "a"], [1, "1"]])
        words = random.sample(
            MODIFIERS[:5] if random.random() < 0.8 else MODIFIERS, random.choice([0, 1, 1, 2])
        )
        words += [word for word in ("all", "neq") if random.random() < 0.1]
        return "|".join([name, *words]), [self._piece() for _ in range(random.randint(1, 3))]

    def _piece(self) -> Any:
        """Part of what some event holds, now and then with wildcards."""
        random = self.random
        text = self._text()[:300].encode("utf-8", "replace").decode()  # YAML has no halves of pairs either
        start = random.randint(0, len(text)) if random.random() < 0.6 else 0
        piece = text[start : start + random.choice([1, 3, 8, 300])]
        if random.random() < 0.2:
            piece = piece.replace(random.choice(piece or "a"), random.choice("*?"))
        if random.random() < 0.03:
            return base64.b64encode(text.encode("utf-8", "replace")).decode()
        return piece if random.random() < 0.8 else piece.upper()


class _Number:
    """A number as it stands in the JSON text."""

    def __init__(self, text: str) -> None:
        self.text = text


def _units(char: str) -> list[int]:
    raw = char.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)]


def _quoted(text: str) -> str:
    return "".join(f"\\{char}" if char in "\\*?.+()[]{}|^$" else char for char in text)


def _flat(value: Any, path: str) -> list[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        return [
            pair
            for key, inner in value.items()
            for pair in _flat(inner, f"{path}.{key}" if path else str(key))
        ]
    if isinstance(value, list) and value:
        return _flat(value[0], path)
    return [(path, value)] if path else []
