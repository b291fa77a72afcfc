"""No part of a secret is left, nothing else is touched, JSON stays JSON, and the same secret stays the same."""

import json
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.normalise.redact import Redactor, batches
from tocsin.normalise.secrets import NAMED_WORDS, SHAPES

REDACT = Redactor(b"0123456789abcdef")
OTHER = Redactor(b"another key, as long")
MARK = re.compile(rb"\[redacted:[0-9a-f]{8}\]")
A36 = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ"

TOKENS = [
    ("ghp_", A36),
    ("gho_", A36),
    ("ghu_", A36),
    ("ghs_", A36),
    ("ghr_", A36),
    ("github_pat_", "11ABCDEFG0" + A36 + "_" + A36),
    ("glpat-", "abcDEF-123_456-789xyz"),
    ("gldt-", "abcDEF-123_456-789xyz"),
    ("glrt-", "abcDEF-123_456-789xyz"),
    ("xoxb-", "123456789012-123456789012-abcdefghijklmnop"),
    ("xoxp-", "123456789012-123456789012-abcdefghijklmnop"),
    ("xapp-", "1-A0123456-123456-abcdef"),
    ("https://hooks.slack.com/services/", "T00000000/B00000000/XXXXXXXXXXXXXXXX"),
    ("sk_live_", "4eC39HqLyjWDarjtT1zdp7dc"),
    ("rk_live_", "4eC39HqLyjWDarjtT1zdp7dc"),
    ("whsec_", "C2FVsBQIhrscChlQIMV+b5sSYspob7oD"),
    ("AIza", "SyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY"),
    ("npm_", A36),
    ("pypi-AgE", "IcHlwaS5vcmcCJGI3YjYz_-abc"),
    ("dckr_pat_", "abcdefghijklmnop-qrstuvw_xyz"),
    ("hvs.", "CAESIJ_abcdefghijklmnopqrstuv"),
    ("sk-ant-", "api03-abcdefghijklmnopqrstuvwxyz"),
    ("SG.", "abcdefghijklmnopqrstuv.abcdefghijklmnopqrstuvwxyzabcdefghijk"),
    ("dop_v1_", "0123456789abcdef0123456789abcdef"),
    ("shpat_", "0123456789abcdef0123456789abcdef"),
    ("AGE-SECRET-KEY-1", "QQPQPQPQPQPQPQPQPQPQPQPQPQPQPQ"),
    ("eyJhbGciOiJIUzI1NiJ9.", "eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"),
    ("https://x.blob.core.windows.net/c?sv=2024&sig=", "Rcp6gQRfV7WDlURdVTqCa%2BqEArnfJxDgE%2BKH3TCChIs%3D"),
    ("aws_secret_access_key = ", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ("Authorization: Basic ", "dXNlcjpwYXNzd29yZA=="),
    ("Authorization: Bearer ", "short-opaque"),
    ("bearer ", "AbCdEf0123456789.AbCdEf-0123_456~789"),
    ("PGPASSWORD=", "hunter2/x"),
    ("mysql --password ", "hunter2"),
    ("mysql --password=", "hunter2"),
    ("?access_token=", "deadbeef01"),
]
"""What stays, and what must go."""
PLAIN = [
    "user=root pwd_changed PWD=/usr/share OLDPWD=/ COMMAND=/bin/sh",
    "Failed password for root from 10.0.0.1 port 22 ssh2",
    '{"token_id":5,"hashed_token":"abc","password":null,"passwordLastSet":"2026-01-01"}',
    '{"accessKeyId":"AKIAIOSFODNN7EXAMPLE","eventName":"GetPasswordData"}',
    '{"password":"","client_secret":"********","api_key":"${API_KEY}"}',
    "https://example.com:8080/a@b git@github.com:org/repo ssh://git@host/x",
    "Basic authentication is off; Bearer tokens are not",
    "-----BEGIN CERTIFICATE-----",
    '{"objectRef":{"resource":"secrets","name":"password"},"verb":"get"}',
    "ID4723-password changed; Failed get on non-secret resource",
]


def one(record: bytes, redact: Redactor = REDACT) -> bytes:
    return redact([record])[0][0]


@pytest.mark.parametrize(("stays", "goes"), TOKENS)
def test_a_secret_goes_and_its_kind_stays(stays: str, goes: str) -> None:
    made = one(f"before {stays}{goes} after".encode())
    assert MARK.search(made)
    assert made.startswith(f"before {stays}[redacted:".encode())
    assert made.endswith(b"] after")


@pytest.mark.parametrize(
    "text", ["password='{}' x", 'password="{}" x', "{{'db_password': '{}'}}", "--token '{}' x"]
)
def test_quoted_values_go_whole(text: str) -> None:
    made = one(text.format("two words").encode())
    assert MARK.sub(b"", made) == text.format("").encode()


@pytest.mark.parametrize(("stays", "goes"), TOKENS)
@pytest.mark.parametrize("levels", [1, 2, 3])
def test_in_json_and_json_in_json(stays: str, goes: str, levels: int) -> None:
    text = f"line\n{stays}{goes}\nünd \\ so"
    for _ in range(levels):
        text = json.dumps({"a": 1, "message": text, "z": [None]})
    made = one(text.encode()).decode()
    for _ in range(levels):
        inner = json.loads(made)
        assert (inner["a"], inner["z"]) == (1, [None])
        made = inner["message"]
    assert goes not in made
    assert MARK.sub(b"", made.encode()).decode() == f"line\n{stays}\nünd \\ so"


@pytest.mark.parametrize("record", PLAIN)
def test_what_is_no_secret_stays(record: str) -> None:
    records = [record.encode()]
    assert REDACT(records) == (records, 0)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_private_keys_go(line_end: str) -> None:
    body = line_end.join(["", "Proc-Type: 4,ENCRYPTED", "", *["MIIEpAIBAAKCAQEA75+/="] * 20, ""])
    for kind in ("RSA ", "EC ", "OPENSSH ", ""):
        text = f"-----BEGIN {kind}PRIVATE KEY-----{body}-----END {kind}PRIVATE KEY-----"
        nested = json.dumps({"log": json.dumps({"file": text, "x": 1}), "y": 2})
        made = one(nested.encode())
        assert b"MIIE" not in made
        assert b"ENCRYPTED" not in made
        inner = json.loads(json.loads(made)["log"])["file"]
        assert MARK.sub(b"", inner.encode()).decode() == text.replace(body, "")
        assert b"MIIE" not in one(text[: len(text) // 2].encode())


SECRETS = st.text(min_size=1).filter(
    lambda text: (
        not re.fullmatch(r"[ -~]{0,3}|.{0,3}|\$.*|\*+|(?i:null|none|true|false|undefined|redacted).*", text)
    )
)
NAMES = st.sampled_from(
    ["password", "Password", "DB_PASSWORD", "userPassword", "client_secret", "clientSecret", "api-key", "apiKey",
     "X-Api-Key", "access_token", "refreshToken", "sessionToken", "private_key", "passphrase", "pwd", "passwd"]
)  # fmt: skip


@given(name=NAMES, secret=SECRETS, levels=st.integers(1, 3), spaces=st.booleans(), ascii_only=st.booleans())
def test_named_values_go_whatever_they_are(
    name: str, secret: str, levels: int, spaces: bool, ascii_only: bool
) -> None:
    separators = (", ", ": ") if spaces else (",", ":")
    value: object = {"before": 1, name: secret, "after": ["x"]}
    for _ in range(levels):
        value = {"m": json.dumps(value, separators=separators, ensure_ascii=ascii_only)}
    made, count = REDACT([json.dumps(value).encode(errors="surrogatepass")])
    found = json.loads(made[0])
    for _ in range(levels):
        found = json.loads(found["m"])
    assert count >= 1
    assert (found["before"], found["after"]) == (1, ["x"])
    assert MARK.fullmatch(found[name].encode())


@given(name=NAMES, number=st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_named_numbers_go(name: str, number: float) -> None:
    inner = {name: number, "x": 1}
    found = json.loads(one(json.dumps({"m": json.dumps(inner), **inner}).encode()))
    assert MARK.fullmatch(found[name].encode())
    assert MARK.fullmatch(json.loads(found["m"])[name].encode())
    assert found["x"] == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_json_without_secrets_is_not_touched(value: object) -> None:
    records = [json.dumps(value).encode(), json.dumps(json.dumps(value)).encode()]
    assert REDACT(records) == (records, 0)


WORDS = [word.decode() for words in (*(shape.words for shape in SHAPES), NAMED_WORDS) for word in words]
SIGNS = [
    '"', "\\", '\\"', '\\\\\\"', ":", "=", " ", ",", "password", '"password"', "--token", "'", "@", "://", "{", "}", "\n",
    "-----BEGIN PRIVATE KEY-----", "-----END", "[redacted:01234567]", A36, "a.b", "/", "\\u002b", "12", "Authorization",
]  # fmt: skip
PARTS = st.sampled_from(WORDS + SIGNS)


@given(st.lists(PARTS | st.text(max_size=5), max_size=30).map("".join))
def test_twice_is_once_and_json_stays_json(text: str) -> None:
    for record in (text.encode(errors="surrogatepass"), json.dumps({"m": text, "n": {text: text}}).encode()):
        made, _ = REDACT([record])
        assert REDACT(made)[0] == made
    json.loads(made[0])


@given(st.lists(st.binary(max_size=200), max_size=8))
def test_any_bytes(records: list[bytes]) -> None:
    made, _ = REDACT(records)
    assert len(made) == len(records)
    assert list(made) == [REDACT([record])[0][0] for record in records]


@given(st.text(string.ascii_letters + string.digits, min_size=36, max_size=36))
def test_the_same_secret_is_known_again(token: str) -> None:
    places = [
        f"a ghp_{token} b",
        f'{{"password":"ghp_{token}"}}',
        f"TOKEN ghp_{token}",
        f"api_key=ghp_{token}",
    ]
    made, count = REDACT([place.encode() for place in places])
    assert count == len(places)
    assert len({MARK.search(record)[0] for record in made}) == 1  # type: ignore[index]
    assert one(places[0].encode(), OTHER) != made[0]


def test_escapes_do_not_make_another_secret() -> None:
    texts = [rb'{"password":"a\/b\u0041"}', rb'{"password":"a/bA"}', b"password=a/bA"]
    assert len({MARK.search(one(text))[0] for text in texts}) == 1  # type: ignore[index]


def test_only_records_with_secrets_are_changed() -> None:
    records = [b"plain", f"ghp_{A36}".encode(), b"x" * 100, b'{"pwd":"x1"}']
    made, count = REDACT(records)
    assert count == 2
    assert [same is record for same, record in zip(made, records, strict=True)] == [True, False, True, False]


def test_a_key_must_be_long() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        Redactor(b"short")


@pytest.mark.parametrize(
    "part", ['\\"password\\":\\"', '"password":"', "password=", "\\", "://a:", '"a\\\\\\"', "eyJaaaaaaaaaaa."]
)
def test_hostile_records_take_no_longer_than_others(part: str) -> None:
    record = (part * (300_000 // len(part))).encode()
    made = one(record)
    assert len(made) < len(record) * 20


def test_words_of_one_search_do_not_hide_one_another() -> None:
    owners: dict[bytes, set[int]] = {}
    for number, words in enumerate([*(shape.words for shape in SHAPES), NAMED_WORDS]):
        for word in words:
            owners.setdefault(word, set()).add(number)
    for few in batches(list(owners)):
        hidden = [
            (word, other)
            for word in few
            for other in few
            if any(
                other.startswith(word[at:]) or (other in word and other != word) for at in range(1, len(word))
            )
            and not owners[other] <= owners[word]
        ]
        assert not hidden
