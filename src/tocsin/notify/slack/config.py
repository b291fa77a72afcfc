"""What there is to set of a Slack channel."""

from typing import Annotated

from tocsin.settings.kinds import Channel
from tocsin.settings.says import Says
from tocsin.settings.secret import Secret


class Config(Channel, frozen=True, kw_only=True, tag="slack"):
    """Posts to a Slack channel through an incoming webhook."""

    url: Annotated[Secret, Says("the incoming webhook", sample='{ env = "SLACK_WEBHOOK_URL" }')]
