"""A tree as a condition of SQL. Whatever a person wrote becomes a parameter; only names of our own columns become text.

Every condition is 0 or 1, never NULL: so `not` is the opposite.
"""

import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from tocsin.errors import DataError
from tocsin.model.columns import NUMBERS
from tocsin.model.moment import to_epoch
from tocsin.model.received import EventId
from tocsin.store.database import text as written
from tocsin.store.query.mistake import mistake
from tocsin.store.query.names import EXACT, ID, MAX_PATH, TEXTS, TIMES, resolved
from tocsin.store.query.tree import And, Compare, Exists, Is, Node, Not, Or, Pattern, Text, Within

MAX_WORDS = 32
"""Words of one phrase that the index is asked for."""
_WORD = re.compile(rb"[0-9a-z\x80-\xff]+")
_LATEST = datetime(2200, 1, 1, tzinfo=UTC).timestamp()


class Compiler:
    """Collects the parameters of one statement."""

    def __init__(self, query: str = "") -> None:
        self._query = query
        self.parameters: dict[str, str] = {}

    def add(self, value: str, kind: str) -> str:
        """Return a placeholder for a value. kind: a type of chDB."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = written(value)
        return f"{{{name}:{kind}}}"

    def condition(self, node: Node) -> str:
        """Return the condition; raises QueryError for what only the table's types tell to be wrong."""
        match node:
            case And(items):
                return " AND ".join(f"({self.condition(item)})" for item in items) or "1"
            case Or(items):
                return " OR ".join(f"({self.condition(item)})" for item in items)
            case Not(item):
                return f"NOT ({self.condition(item)})"
            case Text(pattern):
                return self._text(pattern)
            case Is():
                return self._is(node)
            case Exists(field):
                return self._exists(resolved(field))
            case Compare():
                return self._compare(node)
            case Within():
                return self._within(node)

    def value(self, name: str) -> str:
        """Return a field's value as text; missing: ''."""
        name = resolved(name)
        if name in TEXTS:
            return f"`{name}`"
        if name in NUMBERS:
            return f"ifNull(toString(`{name}`), '')"
        if name in TIMES:
            return f"toString(`{name}`)"
        return self._own(name)

    def _own(self, name: str) -> str:
        """Return a value of the record's own; a dotted name that it has not leads into nested ones."""
        plain = f"fields[{self.add(name, 'String')}]"
        head, *rest = name.split(".")
        if not rest or len(rest) >= MAX_PATH:
            return plain
        way = ", ".join(self.add(part, "String") for part in rest)
        nested = f"JSONExtract(fields[{self.add(head, 'String')}], {way}, 'String')"
        return f"if({plain} != '', {plain}, {nested})"

    def _like(self, value: str, pattern: Pattern) -> str:
        pieces = "%".join(re.sub(r"([\\%_])", r"\\\1", piece) for piece in pattern)
        return f"lower({value}) LIKE {self.add(lowered(pieces), 'String')}"

    def _text(self, pattern: Pattern) -> str:
        if len(pattern) > 1:
            return self._like("raw", ("", *(piece for piece in pattern if piece), ""))
        text = lowered(pattern[0])
        words = list(dict.fromkeys(_WORD.findall(text.encode())))[:MAX_WORDS]
        asked = [f"hasToken(lower(raw), {self.add(word.decode(), 'String')})" for word in words]
        if words != [text.encode()]:
            asked.append(self._like("raw", ("", text, "")))
        return " AND ".join(asked)

    def _is(self, node: Is) -> str:
        name, pattern = resolved(node.field), node.pattern
        if name == ID:
            return self._id(node)
        if name in TIMES:
            raise mistake(
                self._query,
                node.at,
                f"{name} needs a comparison: {name}:>2026-11-23, {name}:<=2026-11-23T07:00:00Z",
            )
        if len(pattern) > 1:
            return self._like(self.value(name), pattern)
        if name in NUMBERS:
            return (
                f"ifNull(`{name}` = {self.add(self._whole(node), 'UInt64')}, 0)"
                if pattern[0]
                else f"isNull(`{name}`)"
            )
        value = self.add(lowered(pattern[0]), "String")
        return f"{self.value(name)} = {value}" if name in EXACT else f"lower({self.value(name)}) = {value}"

    def _whole(self, node: Is) -> str:
        text = node.pattern[0]
        if not (text.isascii() and text.isdigit() and len(text) <= 15):
            raise mistake(self._query, node.at, f"{resolved(node.field)} holds whole numbers")
        return text

    def _id(self, node: Is) -> str:
        try:
            return by_id(self, EventId.read("*".join(node.pattern)))
        except DataError:
            raise mistake(self._query, node.at, "an id of an event looks like 0-1234-5") from None

    def _exists(self, name: str) -> str:
        if name in TIMES or name == ID:
            return "1"
        return f"isNotNull(`{name}`)" if name in NUMBERS else f"{self.value(name)} != ''"

    def _compare(self, node: Compare) -> str:
        name = resolved(node.field)
        if name in TIMES:
            return f"`{name}` {node.operator} {self.moment(self._moment(node))}"
        number = self.add(self._number(node), "Float64")
        value = f"`{name}`" if name in NUMBERS else f"toFloat64OrNull({self.value(name)})"
        return f"ifNull({value} {node.operator} {number}, 0)"

    def moment(self, micros: int) -> str:
        """Return a placeholder for a time. micros: since 1970."""
        return f"fromUnixTimestamp64Micro({self.add(str(micros), 'Int64')}, 'UTC')"

    def _moment(self, node: Compare) -> int:
        day = re.fullmatch(r"\d{4}-\d\d-\d\d", node.value)
        epoch = to_epoch(f"{node.value}T00:00:00Z" if day else node.value)
        if epoch is None or not 0 <= epoch < _LATEST:
            raise mistake(self._query, node.at, "this is no time; write 2026-11-23 or 2026-11-23T07:00:00Z")
        return round(epoch * 1_000_000)

    def _number(self, node: Compare) -> str:
        try:
            number = float(node.value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise mistake(
                self._query,
                node.at,
                f"{node.operator} compares numbers, and times of time and arrived; this is neither",
            )
        return repr(number)

    def _within(self, node: Within) -> str:
        network = node.network
        first, last = (str(one) for one in (network.network_address, network.broadcast_address))
        if network.version == 4:
            first, last = f"::ffff:{first}", f"::ffff:{last}"
        value = f"toIPv6OrNull({self.value(node.field)})"
        return f"ifNull({value} BETWEEN {self.add(first, 'IPv6')} AND {self.add(last, 'IPv6')}, 0)"


def by_id(compiler: Compiler, event: EventId) -> str:
    """Return the condition for one event; raises DataError for an id that none can have."""
    bounded: Sequence[tuple[str, int, int]] = (
        ("partition", event.partition, 16), ("offset", event.offset, 64), ("`index`", event.index, 32), ("part", event.part, 16),
    )  # fmt: skip
    if any(not 0 <= value < 1 << bits for _, value, bits in bounded):
        raise DataError("no event id", str(event)[:100])
    return " AND ".join(
        f"{name} = {compiler.add(str(value), f'UInt{bits}')}" for name, value, bits in bounded
    )


def lowered(text: str) -> str:
    """Return A to Z in small letters, all else as it is: what `lower` of chDB does."""
    return "".join(one.lower() if "A" <= one <= "Z" else one for one in text)
