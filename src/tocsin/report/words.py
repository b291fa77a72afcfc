"""Numbers, sizes and times as a person reads them. Times are UTC."""

from tocsin.model.moment import to_iso


def plural(count: int, one: str, many: str = "") -> str:
    """Write `1 match`, `12,000 matches`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def size(count: int) -> str:
    """Write a number of bytes: `512 B`, `1.4 MB`."""
    if count < 1000:
        return f"{count} B"
    scaled, units = count / 1000, ["TB", "GB", "MB", "kB"]
    while scaled >= 999.95 and len(units) > 1:
        scaled /= 1000
        units.pop()
    return f"{scaled:,.1f} {units[-1]}"


def duration(seconds: float) -> str:
    """Write how long something took: `0.84 s`, `12 s`, `3 min 20 s`, `26 h 5 min`, `12 days`."""
    if seconds < 10 and seconds != int(seconds):
        return f"{seconds:.2f} s"
    whole = round(seconds)
    if whole >= 172800:
        return plural(whole // 86400, "day")
    if whole < 60:
        return f"{whole} s"
    big, small, units = (
        (whole // 60, whole % 60, "min s") if whole < 3600 else (whole // 3600, whole % 3600 // 60, "h min")
    )
    unit, rest = units.split()
    return f"{big} {unit} {small} {rest}" if small else f"{big} {unit}"


def moment(time: float | None) -> str:
    """Write an event's time to the second: `2026-03-02 09:15:00`."""
    return to_iso(time)[:19].replace("T", " ") if time is not None else "no time"


def precise(time: float | None) -> str:
    """Write an event's time to the millisecond where it has any: `2026-03-02 09:15:00.250`."""
    if time is None:
        return "no time"
    text = to_iso(time)[:23].replace("T", " ")
    return text.removesuffix(".000")


def span(first: float | None, last: float | None) -> str:
    """Write from when to when, the day only once where it is the same."""
    if first is None or last is None:
        return "no time"
    start, end = moment(first), moment(last)
    if start == end:
        return start
    return f"{start} to {end[11:] if start[:10] == end[:10] else end}"
