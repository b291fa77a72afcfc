"""Zeek's tab-separated logs become the JSON records that Zeek itself would have written."""

import io
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.errors import DataError
from tocsin.sources.json_record import MAX_BYTES
from tocsin.sources.zeek.source import SOURCE
from tocsin.sources.zeek.tsv import read, records

HEADER = [
    rb"#separator \x09",
    b"#set_separator\t,",
    b"#empty_field\t(empty)",
    b"#unset_field\t-",
    b"#path\thttp",
    b"#open\t2026-11-23-07-50-07",
    b"#fields\tts\tuid\tid.orig_h\tid.resp_p\tlocal\turi\ttags\tscores",
    b"#types\ttime\tstring\taddr\tport\tbool\tstring\tset[enum]\tvector[count]",
]


def as_dicts(lines: list[bytes]) -> list[dict[str, object]]:
    return [json.loads(record) for record in records(lines) if isinstance(record, bytes)]


def reasons(lines: list[bytes]) -> list[str]:
    return [record.reason for record in records(lines) if isinstance(record, DataError)]


def test_columns_are_named_and_typed() -> None:
    line = b"1795420207.250000\tCa1\t10.0.0.1\t443\tT\t/a,b?c=\\x09\tHTTP::A,HTTP::B\t1,22"
    assert as_dicts([*HEADER, line, b"#close\t2026-11-23-08-00-00"]) == [
        {
            "_path": "http",
            "ts": 1795420207.25,
            "uid": "Ca1",
            "id.orig_h": "10.0.0.1",
            "id.resp_p": 443,
            "local": True,
            "uri": "/a,b?c=\t",
            "tags": ["HTTP::A", "HTTP::B"],
            "scores": [1, 22],
        }
    ]


def test_unset_is_absent_empty_is_empty_and_a_real_dash_stays() -> None:
    line = b"1795420207.0\t-\t10.0.0.1\t-\tF\t\\x2d\t(empty)\t-"
    assert as_dicts([*HEADER, line]) == [
        {"_path": "http", "ts": 1795420207.0, "id.orig_h": "10.0.0.1", "local": False, "uri": "-", "tags": []}
    ]
    empty_text = b"1795420207.0\tC\t10.0.0.1\t1\tF\t(empty)\t-\t-"
    assert as_dicts([*HEADER, empty_text])[0]["uri"] == ""


def test_windows_paths_keep_their_backslashes() -> None:
    line = rb"1.0	C	10.0.0.1	445	T	\\dc01\x64\ADMIN$	-	-"
    assert as_dicts([*HEADER, line])[0]["uri"] == r"\\dc01\x64\ADMIN$"


def test_concatenated_logs_each_bring_their_header() -> None:
    second = [
        rb"#separator \x7c",
        b"#set_separator|;",
        b"#path|dns",
        b"#fields|ts|answers",
        b"#types|time|set[string]",
    ]
    first = b"1.0\tC\t10.0.0.1\t1\tT\t/\t-\t-"
    got = as_dicts([*HEADER, first, *second, b"2.0|a;b"])
    assert [event["_path"] for event in got] == ["http", "dns"]
    assert got[1]["answers"] == ["a", "b"]


def test_lines_that_fit_no_header_are_named() -> None:
    assert reasons([b"1.0\tno header"]) == ["no header before the line"]
    assert reasons([*HEADER, b"too\tfew\r\n"]) == ["columns do not fit the header"]
    assert list(records([*HEADER, b""])) == []


def test_a_line_without_end_costs_only_itself() -> None:
    good = b"1.0\tC\t10.0.0.1\t1\tT\t/\t-\t-"
    file = io.BytesIO(b"\n".join([*HEADER, good, b"x" * (MAX_BYTES + 9), good, b"y" * (MAX_BYTES + 1)]))
    kinds = [record.reason if isinstance(record, DataError) else "read" for record in read(file)]
    assert kinds == ["read", "record too long", "read", "record too long"]


def test_values_that_are_not_of_their_type_stay_text() -> None:
    line = b"yesterday\tC\t10.0.0.1\t1e9999999\tmaybe\t/\t-\tone,2"
    got = as_dicts([*HEADER, line])[0]
    assert (got["ts"], got["id.resp_p"], got["local"], got["scores"]) == (
        "yesterday",
        "1e9999999",
        "maybe",
        ["one", 2],
    )


@settings(max_examples=100, deadline=None)
@given(lines=st.lists(st.sampled_from(HEADER) | st.binary(max_size=60), max_size=14))
def test_any_lines_give_records(lines: list[bytes]) -> None:
    for record in records(lines):
        if isinstance(record, bytes):
            assert SOURCE.parse(record) is not None
