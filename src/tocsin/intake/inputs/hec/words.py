"""What HEC answers: a status, a code that clients know, and a text."""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from tocsin.intake.http.message import Response


class Word(NamedTuple):
    """One of its answers."""

    status: int
    code: int
    text: str


SUCCESS = Word(200, 0, "Success")
NO_TOKEN = Word(401, 2, "Token is required")
BAD_AUTHORIZATION = Word(401, 3, "Invalid authorization")
BAD_TOKEN = Word(403, 4, "Invalid token")
NO_DATA = Word(400, 5, "No data")
BAD_FORMAT = Word(400, 6, "Invalid data format")
ERROR = Word(500, 8, "Internal server error")
BUSY = Word(503, 9, "Server is busy")
NO_CHANNEL = Word(400, 10, "Data channel is missing")
BAD_CHANNEL = Word(400, 11, "Invalid data channel")
NO_EVENT = Word(400, 12, "Event field is required")
BLANK_EVENT = Word(400, 13, "Event field cannot be blank")
NO_ACK = Word(400, 14, "ACK is disabled")
NO_QUERY_TOKEN = Word(400, 16, "Query string authorization is not enabled")
HEALTHY = Word(200, 17, "HEC is healthy")
TOO_LARGE = Word(413, 27, "Request entity too large")


def said(
    word: Word,
    more: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    close: bool = False,
) -> Response:
    """Return an answer. more: further keys of its object."""
    body = msgspec.json.encode({"text": word.text, "code": word.code, **(more or {})})
    return Response(
        word.status, body, {"Content-Type": "application/json; charset=UTF-8", **(headers or {})}, close
    )
