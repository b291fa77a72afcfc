"""The limits of the live monitor, for docs/reference/limits.md."""

from reference.limit import Limit

_HTTP, _BOUNDS, _RECORDS = (
    "tocsin.intake.web",
    "tocsin.intake.http.bounds",
    "tocsin.intake.web.checks",
)
_SYSLOG, _FILE = "tocsin.intake.inputs.syslog", "tocsin.intake.inputs.file"


def receiving() -> list[Limit]:
    """Of inputs and of frames."""
    return [
        Limit("headers of an HTTP request", _BOUNDS, "MAX_HEAD", "431", "B"),
        Limit("their number", _BOUNDS, "MAX_HEADERS", "431"),
        Limit("records of one request", _RECORDS, "MAX_RECORDS", "413"),
        Limit("one record of it", _RECORDS, "MAX_RECORD", "413", "B"),
        Limit("digits of a syslog message's length", f"{_SYSLOG}.framing", "LONGEST_COUNT", "the connection is closed; counted"),
        Limit("addresses whose rate of syslog messages is known", f"{_SYSLOG}.gate", "ADDRESSES", "the one that was silent longest is forgotten"),
        Limit("files that one pattern finds", f"{_FILE}.finding", "FILES", "not followed; logged"),
        Limit("records of a frame", "tocsin.services.live.reception", "FRAME_RECORDS", "the next frame"),
        Limit("records of a frame", "tocsin.services.live.reception", "FRAME_BYTES", "the next frame, unless one record is larger", "B"),
        Limit("time that the sending of one canary may take", "tocsin.intake.canary", "SECONDS", "it counts as a failure of its input", "s"),
        Limit("time between a canary's sending and its arrival", "tocsin.model.canary", "WINDOW", "it is an event like any other", "s"),
        Limit("time that a small batch waits for others, when one was written just before", "tocsin.services.live.reception", "LINGER_MS", "it is written", "ms"),
    ]  # fmt: skip


def working() -> list[Limit]:
    """Of workers, hub and store."""
    hub, poison = "tocsin.services.live.incoming", "tocsin.services.live.poison"
    return [
        Limit("deaths of workers on one frame", poison, "DEATHS", "its records are tried one by one; those that kill are set aside, and stored unread"),
        Limit("time that one record may take when it is tried", poison, "TRY_SECONDS", "it is set aside", "s"),
        Limit("files of dead letters, of the workers and of the store", "tocsin.store.dead", "MAX_FILES", "further ones are not kept; counted, logged, and a problem"),
        Limit("their size", "tocsin.store.dead", "MAX_BYTES", "further ones are not kept; counted, logged, and a problem", "B"),
        Limit("frames of a partition that are worked together", "tocsin.services.live.worker", "AHEAD", "the next ones together"),
        Limit("their size, of all partitions", "tocsin.services.live.worker", "TOGETHER", "the next ones together", "B"),
        Limit("how far arrivals go back when intake's clock is set back", "tocsin.services.live.topics", "LEAP_SECONDS", "a smaller step is waited out; after a larger one arrivals follow the clock, and correlations begin anew", "s"),
        Limit("time that a role has to end in order when its supervisor is gone", "tocsin.app.life", "ORPHAN_SECONDS", "it ends at once, with code 4", "s"),
        Limit("time that a role has to end when it is told to", "tocsin.app.child", "END_SECONDS", "it is killed", "s"),
        Limit("files that the supervisor and its roles may open", "tocsin.app.supervisor", "MAX_FILES", "as the system allows, if that is less"),
        Limit("connections to the port of `metrics.listen`", "tocsin.telemetry.bounded", "MAX_CONNECTIONS", "the oldest is closed"),
        Limit("time that one of them may last", "tocsin.telemetry.bounded", "MAX_SECONDS", "it is closed", "s"),
        Limit("time for which the supervisor must have no trouble before people are told that it is over", "tocsin.services.live.alarm", "CALM_SECONDS", "it is waited for", "s"),
        Limit("how far a clock may leap ahead in a running store", "tocsin.store.retention", "LEAP_SECONDS", "nothing is deleted for its age", "s"),
        Limit("names of a kind that one event gives to a correlation", "tocsin.model.observation", "MAX_ABOUT", "left out"),
        Limit("names of a kind that an alert of a correlation has", "tocsin.correlate.entry", "MAX_NAMES", "left out"),
        Limit("text of a normalised column", "tocsin.normalise.columns", "MAX_TEXT", "cut; `raw` has all of it", "characters"),
        Limit("accounts in a file of identities", "tocsin.normalise.identity", "MAX_ACCOUNTS", "the file is refused"),
        Limit("frames of a partition in one cycle of the hub", hub, "MAX_FRAMES", "the next cycle"),
        Limit("their size", hub, "MAX_BYTES", "the next cycle", "B"),
        Limit("alerts that one rule begins in an hour", "tocsin.alert.flood", "MAX_ALERTS", "all further ones are joined in one alert, which says so"),
        Limit("a note with a decision", "tocsin.control.triage", "MAX_NOTE", "refused", "characters"),
        Limit("sources whose rhythm is known", "tocsin.services.live.rhythm", "MAX_SOURCES", "not watched for silence; counted"),
        Limit("how far a role may be behind", "tocsin.services.live.lag", "LATE_SECONDS", "told as a problem", "s"),
        Limit("how long a role may be not ready", "tocsin.app.supervisor", "NOT_READY_SECONDS", "told to people by the supervisor itself", "s"),
        Limit("deaths of a role in a row", "tocsin.app.supervisor", "CRASHING", "told to people by the supervisor itself"),
        Limit("silences that are active", "tocsin.control.silences", "MAX_ACTIVE", "refused"),
        Limit("sources that an alert names", "tocsin.alert.bounds", "MAX_SOURCES", "left out"),
    ]  # fmt: skip


def searching() -> list[Limit]:
    """Of questions to the store."""
    store = "tocsin.ports.store"
    return [
        Limit("a query", "tocsin.store.query.lexer", "MAX_QUERY", "refused", "characters"),
        Limit("terms of a query", "tocsin.store.query.parser", "MAX_TERMS", "refused"),
        Limit("nesting of a query", "tocsin.store.query.parser", "MAX_DEPTH", "refused", "brackets"),
        Limit("events of one page", store, "MAX_ROWS", "the next page"),
        Limit("groups of one answer", store, "MAX_GROUPS", "the largest are answered"),
        Limit("bars of a histogram", store, "MAX_BARS", "the largest are answered"),
        Limit("fields to group by", store, "MAX_BY", "refused"),
        Limit("fields of a record that are kept beside `raw`", "tocsin.store.schema", "MAX_FIELDS", "found in `raw` only"),
        Limit("questions that are answered at once", "tocsin.store.database", "READERS", "wait for their turn, 30 s at most"),
        Limit("exports among them", "tocsin.store.database", "EXPORTS", "wait for their turn, 30 s at most"),
        Limit("time that an export waits for its client to take a page", "tocsin.store.server", "TAKEN", "it is cut off; counted", "s"),
        Limit("time that each page taken gives back of it", "tocsin.store.server", "PAGE_SECONDS", "slower clients are cut off in the end", "s"),
        Limit("connections to the store", "tocsin.store.server", "MAX_CONNECTIONS", "told to try again"),
    ]  # fmt: skip


def telling() -> list[Limit]:
    """Of notifications."""
    return [
        Limit("an answer of a webhook that is read", "tocsin.notify.post", "MAX_ANSWER", "not read", "B"),
        Limit("a title in a message", "tocsin.notify.words", "MAX_TITLE", "cut, with `…`", "characters"),
        Limit("lines of fields in a message", "tocsin.notify.words", "MAX_LINES", "left out, and said"),
        Limit("a value in a message", "tocsin.notify.words", "MAX_VALUE", "cut, with `…`", "characters"),
        Limit("a value in a line that Tocsin logs", "tocsin.telemetry.log", "MAX_VALUE", "cut, with `…`", "characters"),
    ]  # fmt: skip
