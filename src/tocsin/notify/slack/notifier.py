"""Posts to a Slack channel through an incoming webhook."""

import msgspec

from tocsin.notify import words
from tocsin.notify.post import Answer, Endpoint, endpoint, judge, post
from tocsin.notify.slack.config import Config
from tocsin.notify.slack.message import message
from tocsin.ports.notifier import Delivery, NotDeliveredError, Notifier

_ADVICE = {
    b"invalid_payload": "Slack does not understand the message",
    b"invalid_blocks": "Slack does not understand the message",
    b"no_text": "Slack does not understand the message",
    b"invalid_token": "the webhook is not valid; make a new one in Slack",
    b"no_service": "the webhook was removed or turned off; make a new one in Slack",
    b"no_team": "the workspace is gone; make a new webhook in Slack",
    b"team_disabled": "the workspace is disabled",
    b"user_not_found": "the webhook's user is gone; make a new webhook in Slack",
    b"channel_not_found": "the channel is gone; make a new webhook in Slack",
    b"channel_is_archived": "the channel is archived; make a webhook for another one",
    b"action_prohibited": "the workspace's administrators do not allow it",
    b"posting_to_general_channel_denied": "the workspace does not let it post to this channel",
    b"rollup_error": "Slack failed",
}


class Slack:
    """One channel."""

    def __init__(self, to: Endpoint, timeout: float) -> None:
        self._to, self._timeout = to, timeout

    def send(self, delivery: Delivery) -> None:
        """Post one message."""
        body = msgspec.json.encode(message(words.read(delivery)))
        headers = {"Content-Type": "application/json"}
        answer = post(self._to, body, headers, timeout=self._timeout, at=delivery.at)
        said = answer.body.strip()
        judge(answer, _advice(answer, said))
        if said != b"ok":
            # A page of some proxy, say. What it holds is not shown: it may repeat the address.
            raise NotDeliveredError("the answer was 200, but not Slack's", retryable=True)

    def close(self) -> None:
        """Nothing is kept open."""


def open_notifier(name: str, config: Config) -> Notifier:
    """Look up the webhook; raises ConfigError. name: the channel's."""
    return Slack(endpoint(config.url, name), config.timeout)


def _advice(answer: Answer, said: bytes) -> str:
    return _ADVICE.get(said, "Slack asks to wait" if answer.status == 429 else "")
