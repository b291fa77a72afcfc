"""HEC's paths, tokens, channels and answers."""

import re
from collections import OrderedDict
from functools import cached_property
from urllib.parse import parse_qs

import msgspec

from tocsin.intake.http.message import Head, Response
from tocsin.intake.inputs.hec.config import Config
from tocsin.intake.inputs.hec.events import events
from tocsin.intake.inputs.hec.words import (
    BAD_AUTHORIZATION,
    BAD_CHANNEL,
    BAD_FORMAT,
    BAD_TOKEN,
    BUSY,
    ERROR,
    HEALTHY,
    NO_ACK,
    NO_CHANNEL,
    NO_DATA,
    NO_QUERY_TOKEN,
    NO_TOKEN,
    SUCCESS,
    TOO_LARGE,
    Word,
    said,
)
from tocsin.intake.web.checks import MAX_RECORDS, check, too_many
from tocsin.intake.web.dialect import Reading, Way
from tocsin.intake.web.refusing import Refused
from tocsin.intake.web.tokens import password, scheme

ROOT = "/services/collector"
MAX_CHANNELS = 10_000
"""Channels of which it is known how many requests they sent."""
_CHANNEL = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_ABOUT = ("host", "source", "sourcetype", "index", "time")
_NO_MORE = {429, 503}


class Wrong(Refused):
    """A request that HEC has a word for. more: further keys of the answer."""

    def __init__(self, word: Word, **more: object) -> None:
        super().__init__(word.status, f"hec_{word.code}", word.text)
        self.word, self.more = word, more


class _Asked(msgspec.Struct):
    acks: list[int]


class Hec:
    """A Dialect. An ackId is given with the answer, so when the events are durable: it is true as soon as it is known."""

    delivers = False

    def __init__(self, config: Config) -> None:
        self._config = config
        self._sent: OrderedDict[str, int] = OrderedDict()

    @cached_property
    def _ways(self) -> dict[str, Way]:
        event, raw = Way(("POST",), read=self._events), Way(("POST",), read=self._raw)
        health = Way(("GET", "HEAD"), reply=lambda _head, _body: said(HEALTHY), open=True)
        named = {"": event, "/event": event, "/raw": raw, "/health": health, "/mint": event}
        return {
            **{ROOT + name: way for name, way in named.items()},
            **{f"{ROOT}{name}/1.0": way for name, way in named.items() if name},
            f"{ROOT}/ack": Way(("POST", "GET"), reply=self._acks),
        }

    def way(self, head: Head) -> Way | None:
        """Return what is behind a path."""
        return self._ways.get(head.path.rstrip("/"))

    def shown(self, head: Head) -> bytes | None:
        """Return the token that a request shows."""
        if (
            token := scheme(head.headers, b"splunk")
            or password(head.headers)
            or scheme(head.headers, b"bearer")
        ):
            return token
        return _asked(head, "token").encode() if self._config.query_token else None

    def _events(self, head: Head, body: bytes) -> Reading:
        self._check_channel(head)
        if not body.strip():
            raise Wrong(NO_DATA)
        records, wrong = events(body)
        if wrong and not records:
            raise Wrong(wrong, **{"invalid-event-number": 0})
        check(records, self._config.limits.depth)
        return Reading(records, "hec", told=wrong)

    def _raw(self, head: Head, body: bytes) -> Reading:
        self._check_channel(head)
        lines = [line.removesuffix(b"\r") for line in body.split(b"\n")]
        lines = [line for line in lines if line and not line.isspace()]
        if not lines:
            raise Wrong(NO_DATA)
        if len(lines) > MAX_RECORDS:
            raise too_many()
        check(lines, self._config.limits.depth)
        about = {name: value for name in _ABOUT if (value := _asked(head, name))}
        if not about:
            return Reading(lines)
        encode = msgspec.json.encode
        wrapped = [encode({**about, "event": line.decode("utf-8", "replace")}) for line in lines]
        return Reading(wrapped, "hec")

    def _check_channel(self, head: Head) -> None:
        channel = _channel(head)
        if channel and not _CHANNEL.fullmatch(channel):
            raise Wrong(BAD_CHANNEL)
        if self._config.ack and not channel:
            raise Wrong(NO_CHANNEL)

    def taken(self, head: Head, reading: Reading) -> Response:
        """Say so, with an ackId if there are any."""
        if isinstance(reading.told, Word):
            return said(reading.told, {"invalid-event-number": len(reading.records)})
        return said(SUCCESS, {"ackId": self._number(_channel(head))} if self._config.ack else None)

    def _number(self, channel: str) -> int:
        number = self._sent.pop(channel, 0)
        self._sent[channel] = number + 1
        if len(self._sent) > MAX_CHANNELS:
            self._sent.popitem(last=False)
        return number

    def _acks(self, head: Head, body: bytes) -> Response:
        if not self._config.ack:
            raise Wrong(NO_ACK)
        self._check_channel(head)
        try:
            acks = msgspec.json.decode(body, type=_Asked).acks[:MAX_RECORDS]
        except msgspec.DecodeError:
            raise Wrong(BAD_FORMAT) from None
        sent = self._sent.get(_channel(head), 0)
        return Response(
            200,
            msgspec.json.encode({"acks": {str(one): 0 <= one < sent for one in acks}}),
            {"Content-Type": "application/json; charset=UTF-8"},
        )

    def refusal(self, head: Head, refused: Refused) -> Response:
        """Say it with one of HEC's codes. Older clients know no 429: they wait for a 503."""
        if isinstance(refused, Wrong):
            return said(refused.word, refused.more)
        if refused.status in _NO_MORE:
            return said(BUSY, headers=refused.headers, close=refused.close)
        if refused.code == "no_token":
            return said(self._bad_token(head))
        if refused.status == 413:
            return said(TOO_LARGE, {"detail": refused.text})
        if refused.status in {404, 405, 415}:
            return refused.answer
        return said(BAD_FORMAT if refused.status < 500 else ERROR, {"detail": refused.text})

    def _bad_token(self, head: Head) -> Word:
        if self.shown(head):
            return BAD_TOKEN
        if _asked(head, "token"):
            return NO_QUERY_TOKEN
        return BAD_AUTHORIZATION if b"authorization" in head.headers else NO_TOKEN


def _asked(head: Head, name: str) -> str:
    """Return a value of the query; empty without one."""
    if name not in head.query:
        return ""
    try:
        return parse_qs(head.query, max_num_fields=100).get(name, [""])[0]
    except ValueError:
        return ""


def _channel(head: Head) -> str:
    return head.headers.get(b"x-splunk-request-channel", b"").decode("latin-1") or _asked(head, "channel")
