"""An nginx access log: customers, health checks, and scanners that find nothing. No rule should say a word about it."""

from datetime import datetime

from example_logs.world import Chance, in_order

_chance = Chance("web")
_BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
)
_PAGES = (
    "/",
    "/track",
    "/rates",
    "/api/v2/quote",
    "/api/v2/parcels",
    "/static/app.js",
    "/static/app.css",
    "/help",
)
_PROBES = ("/.env", "/wp-login.php", "/.git/config", "/phpmyadmin/", "/actuator/health", "/cgi-bin/luci")


def _line(moment: datetime, address: str, request: str, answer: tuple[int, int], agent: str) -> str:
    when = moment.strftime("%d/%b/%Y:%H:%M:%S +0000")
    return f'{address} - - [{when}] "GET {request} HTTP/1.1" {answer[0]} {answer[1]} "-" "{agent}"'


def _address() -> str:
    return f"198.18.{_chance.number(0, 255)}.{_chance.number(1, 254)}"


def _visit(moment: datetime) -> str:
    page = _chance.one(*_PAGES)
    if page == "/track":
        page += f"?id=BQ{_chance.number(10**7, 10**8)}"
    answer = (_chance.one(200, 200, 200, 200, 304, 301), _chance.number(180, 52000))
    return _line(moment, _address(), page, answer, _chance.one(*_BROWSERS))


def _probe(moment: datetime) -> str:
    return _line(moment, _address(), _chance.one(*_PROBES), (404, 153), _chance.one(*_BROWSERS))


def _check(moment: datetime) -> str:
    return _line(moment, "10.20.0.4", "/healthz", (200, 2), "kube-probe/1.34")


def log() -> str:
    """Write the log."""
    day = ("00:00:00", "23:59:00")
    kinds = ((420, _visit), (80, _check), (30, _probe))
    return in_order(
        [(moment, write(moment)) for count, write in kinds for moment in _chance.times(count, *day)]
    )
