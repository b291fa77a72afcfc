"""Sends mail through an SMTP server, one connection a message."""

import smtplib
import socket
import ssl
from collections import OrderedDict
from contextlib import suppress
from email.message import EmailMessage

from tocsin.notify import words
from tocsin.notify.dial import Deadline, within
from tocsin.notify.email.config import Config
from tocsin.notify.email.message import message
from tocsin.ports.notifier import Delivery, NotDeliveredError, Notifier

REMEMBERED = 1_000
"""Messages of which some recipients were refused: so many are remembered, so that the others get them once."""


class Wire(smtplib.SMTP):
    """SMTP over a connection that has a deadline. tls: from its first byte on."""

    def __init__(self, host: str, deadline: Deadline, tls: ssl.SSLContext | None, domain: str) -> None:
        self._deadline, self._tls = deadline, tls
        # Without a name of its own it would look this machine's up, and tell it.
        super().__init__(local_hostname=domain, timeout=deadline.left)
        self._host = host  # what the certificate is for: `connect` alone does not note it

    def _get_socket(self, host: str, port: int, _: float) -> socket.socket:
        wire = self._deadline.connect(host, port)
        return self._tls.wrap_socket(wire, server_hostname=host) if self._tls else wire


class Email:
    """One server, and who gets what is sent."""

    def __init__(self, name: str, config: Config) -> None:
        self._name, self._config = name, config
        self._password = config.password.resolve() if config.password else ""
        self._context = None if config.security == "none" else ssl.create_default_context()
        self._had: OrderedDict[str, frozenset[str]] = OrderedDict()

    def send(self, delivery: Delivery) -> None:
        """Send one message to all who have not had it."""
        one = words.read(delivery)
        mail = message(one, delivery, self._name, self._config.sender, self._config.to)
        had = self._had.get(delivery.key, frozenset())
        to: list[str] = [address for address in self._config.to if address not in had]
        with within(self._config.timeout) as deadline:
            try:
                refused = self._exchange(mail, to, deadline)
            except smtplib.SMTPResponseException as error:
                raise _answered(error) from None
            except smtplib.SMTPRecipientsRefused as error:
                refused = error.recipients
            except (OSError, smtplib.SMTPException, ValueError) as error:
                raise _failed(error, deadline) from None
        if refused:
            self._remember(delivery.key, had.union(to).difference(refused))
            raise _refused(refused, len(self._config.to))
        self._had.pop(delivery.key, None)

    def close(self) -> None:
        """Nothing is kept open."""

    def _exchange(
        self, mail: EmailMessage, to: list[str], deadline: Deadline
    ) -> dict[str, tuple[int, bytes]]:
        config = self._config
        tls = self._context if config.security == "tls" else None
        wire = Wire(config.host, deadline, tls, config.sender.rpartition("@")[2])
        try:
            code, said = wire.connect(config.host, config.port)
            if code != 220:
                raise smtplib.SMTPConnectError(code, said)
            if config.security == "starttls":
                wire.starttls(context=self._context)
            if config.user:
                wire.login(config.user, self._password)
            refused = wire.send_message(mail, config.sender, to)
            # It was taken; what goes wrong in saying goodbye changes nothing.
            with suppress(OSError, smtplib.SMTPException):
                wire.quit()
            return refused
        finally:
            wire.close()

    def _remember(self, key: str, had: frozenset[str]) -> None:
        self._had[key] = had
        self._had.move_to_end(key)
        if len(self._had) > REMEMBERED:
            self._had.popitem(last=False)


def open_notifier(name: str, config: Config) -> Notifier:
    """Look up the password; raises ConfigError. name: the channel's."""
    return Email(name, config)


def _answered(error: smtplib.SMTPResponseException) -> NotDeliveredError:
    """Say which answer it was; not its text, which may repeat what it was sent."""
    code = error.smtp_code
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return NotDeliveredError(f"the log-in was refused ({code})", retryable=not _for_good(code))
    if 400 <= code < 600:
        return NotDeliveredError(f"the server answered {code}", retryable=not _for_good(code))
    return NotDeliveredError("an answer that is not SMTP's", retryable=True)


def _failed(error: Exception, deadline: Deadline) -> NotDeliveredError:
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return NotDeliveredError("the server offers no STARTTLS, or no log-in that is known", retryable=True)
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return deadline.failure(ConnectionResetError())
    return deadline.failure(error)


def _refused(refused: dict[str, tuple[int, bytes]], of: int) -> NotDeliveredError:
    codes = sorted({code for code, _ in refused.values()})
    said = ", ".join(map(str, codes))
    # As long as one of them may be taken later, it is worth another attempt; the others are asked again too.
    again = not all(_for_good(code) for code in codes)
    return NotDeliveredError(f"{len(refused)} of {of} recipients were refused ({said})", retryable=again)


def _for_good(code: int) -> bool:
    return 500 <= code < 600
