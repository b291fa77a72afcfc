"""The shapes of secrets in raw records: words that a record must hold, and what is a secret then.

Every expression is RE2's: linear in the record. Its one group is what goes; what stands before it names the
kind and stays. JSON writes `+`, `/`, `-`, `.`, `=` and `_` as they are, or escaped: a secret goes on through both.
"""

from typing import Any

import re2
from msgspec import Struct

_ESCAPED = r"\\/|\\u00(?:2[bBdDeEfF]|3[dD]|5[fF])"
_TOKEN = rf"(?:[A-Za-z0-9_.~+/=%-]|{_ESCAPED})"
_SLASH = r"\\*/"


class Shape(Struct, frozen=True):
    """One kind of secret. words: one at least is in every record that has one. pattern: compiled by RE2."""

    name: str
    words: tuple[bytes, ...]
    pattern: Any


def _shape(name: str, words: str, pattern: str) -> Shape:
    return Shape(name, tuple(words.encode().split()), compiled(pattern))


def compiled(pattern: str) -> Any:
    """Return an expression over bytes, whatever they are."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    return re2.compile(pattern.encode(), options)


def _prefixed(name: str, words: str, head: str, rest: str) -> Shape:
    return _shape(name, words, f"(?:{head})({rest})")


SHAPES = (
    _prefixed("GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", "gh[pousr]_", "[A-Za-z0-9_]{20,}"),
    _prefixed("GitHub fine-grained token", "github_pat_", "github_pat_", "[A-Za-z0-9_]{20,}"),
    _prefixed(
        "GitLab token",
        "glpat- gldt- glrt- glcbt- glptt- glft- glsoat- glimt- glagent- gloas- glffct-",
        "gl(?:pat|dt|rt|cbt|ptt|ft|soat|imt|agent|oas|ffct)-",
        "[A-Za-z0-9_.-]{16,}",
    ),
    _prefixed("Slack token", "xox xapp-", "xox[a-z](?:\\.xox[bp])?-|xapp-", "[A-Za-z0-9%-]{10,}"),
    _prefixed(
        "Slack webhook",
        "hooks.slack.com",
        rf"hooks\.slack\.com{_SLASH}(?:services|workflows|triggers){_SLASH}",
        r"(?:[A-Za-z0-9_-]|\\*/)*[A-Za-z0-9_-]",
    ),
    _prefixed("Stripe key", "sk_live_ sk_test_ rk_live_", "(?:sk|rk)_(?:live|test)_", "[A-Za-z0-9]{10,}"),
    _prefixed("signing secret", "whsec_", "whsec_", f"{_TOKEN}{{16,}}"),
    _prefixed("Google API key", "AIza", "AIza", "[A-Za-z0-9_-]{35,}"),
    _prefixed("npm token", "npm_", "npm_", "[A-Za-z0-9]{36,}"),
    _prefixed("PyPI token", "pypi-AgE", "pypi-AgE", "[A-Za-z0-9_-]{16,}"),
    _prefixed("Docker Hub token", "dckr_", "dckr_[po]at_", "[A-Za-z0-9_-]{16,}"),
    _prefixed("Vault token", "hvs. hvb. hvr.", r"hv[sbr]\.", "[A-Za-z0-9_-]{20,}"),
    _prefixed("AI provider key", "sk-ant- sk-proj-", "sk-(?:ant|proj)-", "[A-Za-z0-9_-]{20,}"),
    _prefixed("SendGrid key", "SG.", r"SG\.", r"[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    _prefixed("DigitalOcean token", "dop_v1_", "dop_v1_", "[a-f0-9]{32,}"),
    _prefixed("Shopify token", "shpat_ shpss_", "shp(?:at|ss)_", "[a-fA-F0-9]{32,}"),
    _prefixed("age key", "AGE-SECRET-KEY-1", "AGE-SECRET-KEY-1", "[A-Z0-9]{20,}"),
    _prefixed(
        "JSON web token", "eyJ", r"eyJ[A-Za-z0-9_-]{10,}\.", r"[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*){1,3}"
    ),
    _prefixed("shared access signature", "sig=", r"(?:[?&;]|\\u0026|%26)sig=", f"{_TOKEN}{{16,}}"),
    _prefixed(
        "Authorization header",
        "earer BEARER Basic basic egotiat",
        r"(?i:authorization)[^A-Za-z0-9\[]{1,12}(?i:basic|bearer|negotiate)(?:[ \t]|%20|\+)+",
        r"[^\s\"'\\,;]+",
    ),
    _prefixed("bearer token", "earer BEARER", r"(?i:bearer)(?:[ \t]|%20|\+)+", f"{_TOKEN}{{20,}}"),
    _shape(
        "password in a URL",
        ":// :\\/\\/",
        rf"[A-Za-z0-9+.-]:{_SLASH}{_SLASH}[^\s/:@\"'\\?#]*:([^\s/\"'\\?#]+)@",
    ),
    _prefixed(
        "private key",
        "PRIVATE",
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----",
        r"(?:[A-Za-z0-9+/=:,. \t\r\n_-]|\\+[nrt/])+",
    ),
)
"""All shapes but named values, which need more than an expression."""
PRIVATE_KEY = len(SHAPES) - 1
"""The shape whose end is written: what follows it may be of the same characters."""

_KINDS = (
    "password", "passwd", "passphrase", "client secret", "shared secret", "webhook secret", "app secret",
    "consumer secret", "signing secret", "secret key", "secret access key", "private key", "api key", "auth key",
    "access token", "refresh token", "id token", "auth token", "session token", "bearer token", "secret token",
    "private token", "api token",
)  # fmt: skip
"""What a named secret is called. A plain `secret` or `token` is more often the name of one than one."""
NAME = "(?:(?i:" + "|".join(kind.replace(" ", "[_-]?") for kind in _KINDS) + ")|[Pp]wd)"
"""How a name ends; before that there may be more of it."""


NAMED_WORDS = tuple(
    b"assw ASSW phrase PHRASE ecret ECRET pi_key piKey pikey PI_KEY pi-key pi-Key ivate_key ivateKey uth_key "
    b"uthKey UTH_KEY _token Token _TOKEN -token pwd Pwd --pass".split()
)
"""One at least is in every record with a named secret, if its name is written in a usual way."""
