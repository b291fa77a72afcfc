"""What an HTTP answer means, and that nothing is followed, leaked or read without end."""

from email.utils import formatdate
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivers import Answers, http, self_signed, wire
from tocsin.errors import ConfigError
from tocsin.notify.pace import MOST
from tocsin.notify.post import MAX_ANSWER, Answer, Endpoint, endpoint, judge, post, wait
from tocsin.ports.notifier import NotDeliveredError
from tocsin.settings.secret import Secret

AT = 1_795_000_000.0


def at(url: str, ca: str | None = None) -> Endpoint:
    return endpoint(Secret(literal=url), "oncall", ca)


@pytest.mark.parametrize(
    ("status", "retryable"),
    [
        *((status, None) for status in (200, 201, 202, 204, 299)),
        *((status, True) for status in (408, 409, 425, 429, 500, 502, 503, 504, 599)),
        *((status, False) for status in (301, 302, 307, 308, 400, 401, 403, 404, 405, 410, 413, 422)),
    ],
)
def test_what_a_status_means(status: int, retryable: bool | None) -> None:
    answers = Answers(status, Location="http://127.0.0.1:1/elsewhere")
    with http(answers) as port:
        answer = post(at(f"http://127.0.0.1:{port}/hook"), b"{}", {}, timeout=5)
    assert len(answers.got) == 1
    if retryable is None:
        judge(answer)
        return
    with pytest.raises(NotDeliveredError, match=str(status)) as raised:
        judge(answer)
    assert raised.value.retryable is retryable


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        (" 120 ", 120.0),
        ("999999999999999999999", MOST),
        (formatdate(AT + 90, usegmt=True), 90.0),
        (formatdate(AT - 90, usegmt=True), 0.0),
        (formatdate(AT + 10 * MOST, usegmt=True), MOST),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after(text: str | None, seconds: float | None) -> None:
    assert wait(text, AT) == seconds


@given(st.text())
def test_retry_after_is_total(text: str) -> None:
    found = wait(text, AT)
    assert found is None or 0 <= found <= MOST


def test_it_is_heard_over_the_wire() -> None:
    with http(Answers(429, Retry_After="7")) as port:
        answer = post(at(f"http://127.0.0.1:{port}"), b"", {}, timeout=5)
    with pytest.raises(NotDeliveredError) as raised:
        judge(answer)
    assert (raised.value.retryable, raised.value.after) == (True, 7.0)


def test_an_answer_is_read_only_so_far() -> None:
    with http(Answers(200, b"x" * 10_000_000)) as port:
        assert len(post(at(f"http://127.0.0.1:{port}"), b"", {}, timeout=5).body) == MAX_ANSWER


def test_no_proxy_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with http(Answers(204)) as port:
        assert post(at(f"http://127.0.0.1:{port}"), b"", {}, timeout=5) == Answer(204, b"", None)


def test_tls_trusts_the_authority_that_is_named_and_no_other(tmp_path: Path) -> None:
    pem = self_signed(tmp_path)
    with http(Answers(200), pem) as port:
        assert post(at(f"https://localhost:{port}", str(pem)), b"", {}, timeout=5).status == 200
        for url, ca, why in (
            (f"https://localhost:{port}", None, "not trusted: self-signed certificate"),
            (f"https://127.0.0.1:{port}", str(pem), "not trusted"),
        ):
            with pytest.raises(NotDeliveredError, match=why) as raised:
                post(at(url, ca), b"", {}, timeout=5)
            assert raised.value.retryable
            assert "localhost" not in str(raised.value)
            assert "127.0.0.1" not in str(raised.value)


def test_plain_http_is_no_tls(tmp_path: Path) -> None:
    with http(Answers(200)) as port, pytest.raises(NotDeliveredError, match="no TLS"):
        post(at(f"https://localhost:{port}"), b"", {}, timeout=5)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://hidden.example/hook",
        "hidden.example",
        "https://",
        "https://hidden.example/a b",
        "https://hidden.example/\r\nX: y",
        "https://hidden:password@hidden.example/",
        "https://hidden.example:99999/",
    ],
)
def test_what_is_no_address_is_not_repeated(url: str) -> None:
    with pytest.raises(ConfigError) as raised:
        at(url)
    assert "hidden" not in str(raised.value)


def test_an_authority_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    with pytest.raises(ConfigError, match="holds no certificates"):
        at("https://localhost/", str(tmp_path / "ca.pem"))


def test_a_handshake_that_hangs_is_cut() -> None:
    with wire(b"", hold=True) as port, pytest.raises(NotDeliveredError, match=r"no answer within 0\.2 s"):
        post(at(f"https://localhost:{port}"), b"", {}, timeout=0.2)
