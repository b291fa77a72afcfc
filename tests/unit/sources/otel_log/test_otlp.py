"""An OTLP export becomes one flat record a log record, and never fails but for what is not JSON."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.errors import DataError
from tocsin.model.event import get
from tocsin.sources.otel_log.otlp import records
from tocsin.sources.otel_log.source import SOURCE

EXPORT: dict[str, Any] = {
    "resourceLogs": [
        {
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "checkout"}}]},
            "scopeLogs": [
                {
                    "scope": {"name": "http", "version": "1", "attributes": []},
                    "logRecords": [
                        {
                            "timeUnixNano": "1795420207000000001",
                            "severityText": "WARN",
                            "body": {"stringValue": "denied"},
                            "attributes": [
                                {"key": "client.address", "value": {"stringValue": "198.51.100.7"}},
                                {"key": "tries", "value": {"intValue": "3"}},
                                {"key": "ok", "value": {"boolValue": False}},
                                {
                                    "key": "ids",
                                    "value": {
                                        "arrayValue": {"values": [{"intValue": 1}, {"doubleValue": 0.5}]}
                                    },
                                },
                                {
                                    "key": "who",
                                    "value": {
                                        "kvlistValue": {
                                            "values": [{"key": "n", "value": {"stringValue": "ann"}}]
                                        }
                                    },
                                },
                            ],
                        },
                        {
                            "body": {
                                "kvlistValue": {"values": [{"key": "user", "value": {"stringValue": "bob"}}]}
                            }
                        },
                    ],
                },
                {"logRecords": [{"body": {"stringValue": "no scope"}}]},
            ],
        }
    ]
}


def unwrapped(export: Any) -> list[dict[str, Any]]:
    return [json.loads(record) for record in records(orjson.dumps(export))]


def test_every_log_record_carries_its_resource_and_plain_values() -> None:
    first, second, third = unwrapped(EXPORT)
    assert first == {
        "timeUnixNano": 1795420207000000001,
        "severityText": "WARN",
        "body": "denied",
        "attributes": {
            "client.address": "198.51.100.7",
            "tries": 3,
            "ok": False,
            "ids": [1, 0.5],
            "who": {"n": "ann"},
        },
        "resource": {"attributes": {"service.name": "checkout"}},
        "scope": {"name": "http", "version": "1", "attributes": {}},
    }
    assert second["body"] == {"user": "bob"}
    assert get(third, "resource.attributes.service.name") == "checkout"
    assert "scope" not in third


def test_records_are_events_of_the_source_and_the_export_is_not() -> None:
    record = next(records(orjson.dumps(EXPORT)))
    assert get(SOURCE.parse(record), "attributes.client.address") == "198.51.100.7"
    with pytest.raises(DataError, match="an export"):
        SOURCE.parse(orjson.dumps(EXPORT))
    assert SOURCE.recognise(orjson.dumps(EXPORT), EXPORT) == 95


def test_what_is_not_json_is_named() -> None:
    with pytest.raises(DataError, match="not JSON"):
        list(records(b"{"))


def test_hostile_shapes_give_what_can_be_read() -> None:
    assert unwrapped({"resourceLogs": [1, {"scopeLogs": [{"logRecords": "no"}]}, {"scopeLogs": None}]}) == []
    odd = {"attributes": {"not": "a list"}, "body": {"intValue": "9" * 40}, "timeUnixNano": True}
    [record] = unwrapped({"resourceLogs": [{"scopeLogs": [{"logRecords": [odd]}]}]})
    assert (record["attributes"], record["body"], record["timeUnixNano"]) == ({}, "9" * 40, True)


def test_a_record_too_deep_costs_only_itself() -> None:
    deep = b'{"body":' + b'{"a":' * 500 + b"1" + b"}" * 501
    got = list(
        records(
            b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[' + deep + b',{"body":{"intValue":"1"}}]}]}]}'
        )
    )
    with pytest.raises(DataError):
        SOURCE.parse(got[0])
    assert SOURCE.parse(got[1])["body"] == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "resource",
                    "scopeLogs",
                    "logRecords",
                    "body",
                    "attributes",
                    "key",
                    "value",
                    "kvlistValue",
                    "values",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=100, deadline=None)
@given(logs=JSON)
def test_any_export_gives_records(logs: Any) -> None:
    for record in unwrapped({"resourceLogs": logs}):
        assert isinstance(record["attributes"], dict)
