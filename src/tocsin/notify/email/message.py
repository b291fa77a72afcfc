"""What is mailed: text, and the same as HTML. Mail programs put messages of one alert into one thread."""

from collections.abc import Iterable, Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from hashlib import sha256
from html import escape

from tocsin.model.notice import Notice
from tocsin.notify import words
from tocsin.notify.words import Line
from tocsin.ports.notifier import Delivery

_CELL = "padding:2px 12px 2px 0;vertical-align:top;text-align:left"


def message(one: Notice, delivery: Delivery, name: str, sender: str, to: Sequence[str]) -> EmailMessage:
    """Make the mail. name: the channel's: each has threads of its own."""
    domain = sender.rpartition("@")[2]
    root = identity(f"{name}/{one.data.thread}", domain)
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"] = sender, ", ".join(to)
    # The library decodes encoded words that stand in a text, line ends and all: CVE-2024-6923 and its kin.
    made["Subject"] = words.title(one).replace("=?", "= ?")
    made["Date"] = formatdate(delivery.at)
    made["Auto-Submitted"] = "auto-generated"
    if one.data.first:
        made["Message-ID"] = root
    else:
        made["Message-ID"] = identity(delivery.key, domain)
        made["In-Reply-To"] = made["References"] = root
    parts = [("About", words.entities(one)), ("Fields", words.fields(one)), ("Facts", words.facts(one))]
    why = words.why(one)
    made.set_content(_text(words.title(one), why, parts))
    made.add_alternative(_html(words.title(one), why, parts), subtype="html")
    return made


def identity(text: str, domain: str) -> str:
    """Return a Message-ID: of the same text the same, whatever is in it."""
    return f"<{sha256(text.encode()).hexdigest()[:40]}@{domain}>"


def _text(title: str, why: str, parts: Iterable[tuple[str, list[Line]]]) -> str:
    said = [title, "", why, ""]
    for head, lines in parts:
        if lines:
            said += [f"{head}:", *(f"  {line.name}: {line.value}" for line in lines), ""]
    return "\n".join(said)


def _html(title: str, why: str, parts: Iterable[tuple[str, list[Line]]]) -> str:
    tables = "".join(_table(head, lines) for head, lines in parts if lines)
    return (
        '<!doctype html><html><head><meta charset="utf-8"></head><body style="font-family:sans-serif">'
        f"<h2>{escape(title)}</h2><p>{escape(why)}</p>{tables}</body></html>\n"
    )


def _table(head: str, lines: Iterable[Line]) -> str:
    rows = "".join(
        f'<tr><th style="{_CELL}">{escape(line.name)}</th><td style="{_CELL}">{escape(line.value)}</td></tr>'
        for line in lines
    )
    return f"<h3>{escape(head)}</h3><table>{rows}</table>"
