"""Mail over real SMTP: what is protected stays so, and each recipient gets a message once."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivers import Mailbox, delivery, self_signed, smtp
from tocsin.errors import ConfigError
from tocsin.model.match import MatchedField, RuleRef
from tocsin.notify import words
from tocsin.notify.email.config import Config
from tocsin.notify.email.message import message
from tocsin.notify.email.notifier import open_notifier
from tocsin.ports.notifier import Delivery, NotDeliveredError
from tocsin.settings.scalars import Address
from tocsin.settings.secret import Secret

AT = 1_795_000_000.0
SENDER = "tocsin@example.com"


def config(port: int, to: tuple[str, ...] = ("a@example.com",), **other: Any) -> Config:
    made = {"host": "localhost", "port": port, "security": "none", **other}
    return Config(sender=Address(SENDER), to=tuple(map(Address, to)), **made)


def parsed(content: bytes) -> EmailMessage:
    found = message_from_bytes(content, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def made(one: Delivery) -> EmailMessage:
    return message(words.read(one), one, "oncall", SENDER, ["a@example.com"])


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found
    return str(found.get_content())


def test_a_mail_arrives_as_text_and_html() -> None:
    box = Mailbox()
    with smtp(box) as port:
        open_notifier("oncall", config(port, ("a@example.com", "b@example.com"))).send(delivery(AT))
    ((to, content),) = box.got
    mail = parsed(content)
    assert to == ("a@example.com", "b@example.com")
    assert mail["Subject"] == "[HIGH] Deploy key added (user alice)"
    assert (mail["From"], mail["To"]) == (SENDER, "a@example.com, b@example.com")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "action: public_key.create" in part(mail, "plain")
    assert "public_key.create</td>" in part(mail, "html")


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_the_connection_is_protected_and_the_log_in_goes_through_it(
    security: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, pem = Mailbox(), self_signed(tmp_path)
    given_: dict[str, Any] = {"security": security, "user": "tocsin", "password": Secret(literal="right")}
    with smtp(box, pem, security=security) as port:
        with pytest.raises(NotDeliveredError, match="not trusted"):
            open_notifier("oncall", config(port, **given_)).send(delivery(AT))
        assert (box.got, box.logins) == ([], [])
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        open_notifier("oncall", config(port, **given_)).send(delivery(AT))
        assert box.logins == [(b"tocsin", b"right")]
        assert len(box.got) == 1
        wrong = config(port, **{**given_, "password": Secret(literal="T0PS3CRET")})
        with pytest.raises(NotDeliveredError, match=r"log-in was refused \(535\)") as raised:
            open_notifier("oncall", wrong).send(delivery(AT))
    assert not raised.value.retryable


def test_a_server_that_hides_starttls_gets_nothing() -> None:
    box = Mailbox()
    with smtp(box) as port, pytest.raises(NotDeliveredError, match="no STARTTLS") as raised:
        open_notifier("oncall", config(port, security="starttls")).send(delivery(AT))
    assert raised.value.retryable
    assert box.got == []


def test_a_password_that_is_not_there_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOT_SET", raising=False)
    with pytest.raises(ConfigError, match="NOT_SET"):
        open_notifier("oncall", config(1, security="tls", user="x", password=Secret(env="NOT_SET")))


def test_who_had_it_does_not_get_it_again() -> None:
    box = Mailbox(refuse={"b@example.com": "450 greylisted", "c@example.com": "550 unknown"})
    with smtp(box) as port:
        notifier = open_notifier("oncall", config(port, ("a@example.com", "b@example.com", "c@example.com")))
        with pytest.raises(NotDeliveredError, match=r"2 of 3 recipients were refused \(450, 550\)") as first:
            notifier.send(delivery(AT))
        assert first.value.retryable
        del box.refuse["b@example.com"]
        with pytest.raises(NotDeliveredError, match=r"1 of 3 recipients were refused \(550\)") as second:
            notifier.send(delivery(AT))
        assert not second.value.retryable
        with pytest.raises(NotDeliveredError, match=r"1 of 3"):
            notifier.send(delivery(AT))
        del box.refuse["c@example.com"]
        notifier.send(delivery(AT))
    assert [to for to, _ in box.got] == [("a@example.com",), ("b@example.com",), ("c@example.com",)]
    assert len({parsed(content)["Message-ID"] for _, content in box.got}) == 1


@pytest.mark.parametrize(
    ("reply", "retryable"),
    [("421 busy", True), ("451 later", True), ("452 full", True), ("550 no", False), ("552 too big", False)],
)
def test_a_reply_decides(reply: str, retryable: bool) -> None:
    with smtp(Mailbox(reply=reply)) as port, pytest.raises(NotDeliveredError, match=reply[:3]) as raised:
        open_notifier("oncall", config(port)).send(delivery(AT))
    assert raised.value.retryable is retryable


def test_messages_of_one_alert_are_a_thread() -> None:
    first = made(delivery(AT))
    again = made(delivery(AT + 60, key="a1b2c3:5:raised:oncall", first=False))
    retry = made(delivery(AT + 90, key="a1b2c3:5:raised:oncall", first=False))
    other = made(delivery(AT, thread="ffff", key="ffff:1:new:oncall"))
    assert first["In-Reply-To"] is None
    assert again["In-Reply-To"] == again["References"] == first["Message-ID"]
    assert again["Message-ID"] == retry["Message-ID"] != first["Message-ID"]
    assert other["Message-ID"] != first["Message-ID"]


def hostile(text: str) -> Delivery:
    return delivery(
        AT,
        rule=RuleRef(text, text, "high", (text,)),
        why=text,
        group={text: text},
        thread=text,
        key=text,
        fields=(MatchedField(text, text),),
    )


@given(st.text())
def test_no_text_adds_a_header_or_markup(text: str) -> None:
    mail = parsed(
        made(hostile(text + "\r\nBcc: evil@example.com\r\n\r\n<script>alert(1)</script>")).as_bytes()
    )
    assert mail["Bcc"] is None
    assert set(mail.keys()) == {
        *("From", "To", "Subject", "Date", "Auto-Submitted", "Message-ID", "MIME-Version", "Content-Type")
    }
    assert not mail.defects
    assert "<script" not in part(mail, "html")


@given(st.text())
def test_the_html_of_any_text_has_our_tags_only(text: str) -> None:
    page = part(made(hostile(text)), "html")
    ours = ("!doctype", "html", "head", "meta", "body", "h2", "h3", "p", "table", "tr", "th", "td")
    found = [piece.lstrip("/").split(" ")[0].split(">")[0] for piece in page.split("<")[1:]]
    assert set(found) <= set(ours)


@pytest.mark.parametrize(
    "text",
    [
        "=?utf-8?q?x=0D=0ABcc:_evil@example.com?=",
        "=?utf-8?b?eA0KQmNjOiBldmlsQGV4YW1wbGUuY29t?=",
        "a =?utf-8?q?=0A=0Abody?= =?utf-8?q?more?=",
    ],
)
def test_encoded_words_in_a_log_stay_as_they_are(text: str) -> None:
    content = made(hostile(text)).as_bytes()
    mail = parsed(content)
    assert mail["Bcc"] is None
    assert b"\nBcc" not in content.partition(b"\r\n\r\n")[0]
    assert not mail.defects
    assert "\r" not in mail["Subject"]
    assert "\n" not in mail["Subject"]
    assert "utf-8" in mail["Subject"]
