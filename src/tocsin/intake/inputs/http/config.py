"""What there is to set of an HTTP input."""

from tocsin.intake.web.config import TokenInput


class Config(TokenInput, frozen=True, kw_only=True, tag="http"):
    """Receives JSON and NDJSON over HTTP, plain, gzip or zstd."""
