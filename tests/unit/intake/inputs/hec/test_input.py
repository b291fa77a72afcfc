"""HEC as its senders see it."""

import base64
import json
from typing import Any

import pytest
import urllib3

from http_parts import Running, running
from tocsin.errors import DeliveryError
from tocsin.intake.web.config import Limits
from tocsin.settings.secret import Secret

CHANNEL = "11111111-2222-3333-4444-555555555555"
EVENT = "/services/collector/event"


def post(one: Running, body: bytes, path: str = EVENT, method: str = "POST", **headers: str) -> Any:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return urllib3.request(method, one.url + path, body=body, headers=names, retries=False, timeout=10)


BODIES = [
    (b'{"event":"a"}', [b'{"event":"a"}']),
    (b'{"event":"a"}{"event":"b"}', [b'{"event":"a"}', b'{"event":"b"}']),
    (b'{"event":"}{"}\n\n{"event":{"b":"\xc3\xa4"}}\n', [b'{"event":"}{"}', b'{"event":{"b":"\xc3\xa4"}}']),
    (b'{\n "event": "a"\n}\n{\n "event": "b"\n}', [b'{\n "event": "a"\n}', b'{\n "event": "b"\n}']),
    (b'[{"event":"a"}, {"event":"b"}]', [b'{"event":"a"}', b'{"event":"b"}']),
    (b'{"event":"a"}\n{"event":"b"}{"event":"c"}', [b'{"event":"a"}', b'{"event":"b"}', b'{"event":"c"}']),
]


@pytest.mark.parametrize(("body", "records"), BODIES, ids=[body.decode() for body, _ in BODIES])
@pytest.mark.parametrize("path", ["/services/collector", EVENT, f"{EVENT}/1.0", f"{EVENT}/"])
def test_objects_follow_one_another_however_they_are_written(
    path: str, body: bytes, records: list[bytes]
) -> None:
    with running(kind="hec") as one:
        # As curl and the JavaScript client say.
        answer = post(one, body, path, content_type="application/x-www-form-urlencoded")
        assert (answer.status, answer.json()) == (200, {"text": "Success", "code": 0})
        assert one.intake.records == records
        assert {batch.context.carrier for batch in one.intake.batches} == {"hec"}


WRONG: list[tuple[bytes, int, dict[str, Any], int]] = [
    (b"", 400, {"text": "No data", "code": 5}, 0),
    (b" \n", 400, {"text": "No data", "code": 5}, 0),
    (b"nonsense", 400, {"text": "Invalid data format", "code": 6, "invalid-event-number": 0}, 0),
    (
        b'{"event":"a"}{"event":',
        400,
        {"text": "Invalid data format", "code": 6, "invalid-event-number": 1},
        1,
    ),
    (
        b'{"event":"a"}{"event":"b"}{"time":1}{"event":"c"}',
        400,
        {"text": "Event field is required", "code": 12, "invalid-event-number": 2},
        2,
    ),
    (
        b'{"event":"a"}\n{"event":""}',
        400,
        {"text": "Event field cannot be blank", "code": 13, "invalid-event-number": 1},
        1,
    ),
]


@pytest.mark.parametrize(("body", "status", "said", "taken"), WRONG)
def test_events_before_a_wrong_one_are_taken(
    body: bytes, status: int, said: dict[str, Any], taken: int
) -> None:
    with running(kind="hec") as one:
        answer = post(one, body)
        assert (answer.status, answer.json()) == (status, said)
        assert len(one.intake.records) == taken


def basic(user: str, word: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{word}".encode()).decode()


TOKENS: list[tuple[dict[str, str], str, bool, int, int]] = [
    ({"authorization": "Splunk s3cret"}, "", False, 200, 0),
    ({"authorization": "splunk s3cret"}, "", False, 200, 0),
    ({"authorization": basic("x", "s3cret")}, "", False, 200, 0),
    ({}, "", False, 401, 2),
    ({"authorization": "s3cret"}, "", False, 401, 3),
    ({"authorization": "Splunk other"}, "", False, 403, 4),
    ({}, "?token=s3cret", True, 200, 0),
    ({}, "?token=s3cret", False, 400, 16),
]


@pytest.mark.parametrize(("headers", "query", "allowed", "status", "code"), TOKENS)
def test_tokens(headers: dict[str, str], query: str, allowed: bool, status: int, code: int) -> None:
    with running(kind="hec", tokens={"ci": Secret(literal="s3cret")}, query_token=allowed) as one:
        answer = post(one, b'{"event":"a"}', EVENT + query, **headers)
        assert (answer.status, answer.json()["code"]) == (status, code)
        assert len(one.intake.records) == (status == 200)
        health = post(one, b"", "/services/collector/health/1.0", "GET")
        assert (health.status, health.json()) == (200, {"text": "HEC is healthy", "code": 17})


def test_raw_lines_take_what_the_query_says_of_them() -> None:
    with running(kind="hec") as one:
        assert post(one, b"a\r\nb\n\n", "/services/collector/raw").json()["code"] == 0
        about = "?host=web1&sourcetype=access&time=1795412730&other=1"
        assert post(one, b"c", f"/services/collector/raw/1.0{about}").json()["code"] == 0
        assert one.intake.records[:2] == [b"a", b"b"]
        assert json.loads(one.intake.records[2]) == {
            "event": "c",
            "host": "web1",
            "sourcetype": "access",
            "time": "1795412730",
        }
        assert [batch.context.carrier for batch in one.intake.batches] == ["", "hec"]


def test_acknowledgements_are_of_what_was_taken_on_their_channel() -> None:
    with running(kind="hec", ack=True) as one:
        sent = [post(one, b'{"event":"a"}', EVENT, x_splunk_request_channel=CHANNEL).json() for _ in range(2)]
        assert [answer["ackId"] for answer in sent] == [0, 1]
        asked = json.dumps({"acks": [0, 1, 2]}).encode()
        told = post(one, asked, f"/services/collector/ack?channel={CHANNEL}").json()
        assert told == {"acks": {"0": True, "1": True, "2": False}}
        other = post(
            one, asked, "/services/collector/ack", x_splunk_request_channel=CHANNEL.replace("1", "2")
        ).json()
        assert not any(other["acks"].values())
        assert post(one, b'{"event":"a"}').json()["code"] == 10
        assert post(one, b'{"event":"a"}', x_splunk_request_channel="mine").json()["code"] == 11
        one.intake.fails.append(DeliveryError("full", retryable=True))
        lost = post(one, b'{"event":"a"}', x_splunk_request_channel=CHANNEL)
        assert (lost.status, lost.json()["code"]) == (503, 9)
        assert post(one, asked, f"/services/collector/ack?channel={CHANNEL}").json()["acks"]["2"] is False


def test_without_acknowledgement_nobody_is_promised_any() -> None:
    with running(kind="hec") as one:
        answer = post(one, b'{"acks":[0]}', f"/services/collector/ack?channel={CHANNEL}")
        assert (answer.status, answer.json()["code"]) == (400, 14)


def test_whoever_is_too_fast_hears_that_the_server_is_busy() -> None:
    with running(kind="hec", limits=Limits(events_per_second=1)) as one:
        answers = [post(one, b'{"event":"a"}' * 5) for _ in range(2)]
        assert [(answer.status, answer.json()["code"]) for answer in answers] == [(200, 0), (503, 9)]
        assert answers[1].headers["Retry-After"]


def test_bounds_are_told_in_its_words() -> None:
    with running(kind="hec", limits=Limits(depth=4)) as one:
        answer = post(one, b'{"event":' + b"[" * 9 + b"]" * 9 + b"}")
        assert (answer.status, answer.json()["code"]) == (413, 27)
        deep = post(one, b'{"event":1}{"event":' + b"[" * 100_000)
        assert (deep.status, deep.json()["code"]) == (413, 27)
        assert one.intake.records == []
