"""What there is to set: the tables of `tocsin.toml`, with their defaults."""

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import field

from tocsin.settings.kinds import Channel, Input, Remark, Socket, Table
from tocsin.settings.paths import InFile, InPath, OutFolder
from tocsin.settings.says import Says
from tocsin.settings.scalars import Duration, Hours, Listen, Size
from tocsin.settings.secret import SecretUrl
from tocsin.settings.zone import Zone

Level = Literal["informational", "low", "medium", "high", "critical"]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Main(Table, frozen=True, kw_only=True):
    """The process itself."""

    data: Annotated[OutFolder, Says("the folder that holds everything Tocsin writes")] = OutFolder("data")
    workers: Annotated[
        int, Says("processes that detect; 0: one less than there are processors", least=0, most=256)
    ] = 0
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Says("what Tocsin logs of itself, and above")
    ] = "info"
    log_format: Annotated[
        Literal["auto", "text", "json"], Says("auto: text on a terminal, JSON lines elsewhere")
    ] = "auto"


class Rules(Table, frozen=True, kw_only=True):
    """Which rules run."""

    packs: Annotated[
        tuple[str, ...], Says('built-in packs: "all", or names from `tocsin rules list`; [] for none')
    ] = ("all",)
    paths: Annotated[
        tuple[InPath, ...], Says("Sigma rules of your own: files and folders", sample='["rules"]')
    ] = ()
    level: Annotated[Level, Says("rules of this level and above")] = "informational"
    placeholders: Annotated[
        InFile | None, Says("YAML values for `%placeholders%` in rules", sample='"placeholders.yml"')
    ] = None
    pipelines: Annotated[
        tuple[InFile, ...], Says("pySigma processing pipelines (YAML)", sample='["pipeline.yml"]')
    ] = ()


class Retention(Table, frozen=True, kw_only=True):
    """How long one class of events is kept."""

    keep: Annotated[Duration, Says("how long, from arrival; whole days", least=86_400)] = Duration(
        90 * 86_400
    )

    def remarks(self) -> Iterator[Remark]:
        """Partitions are days."""
        if self.keep % 86_400:
            yield Remark(("keep",), f'{self.keep} is no whole number of days; write "90d"')


class Store(Table, frozen=True, kw_only=True):
    """The searchable store of events."""

    token_index: Annotated[
        bool, Says("index the words of raw records: any text is found fast, for a third more disk")
    ] = True
    query_time: Annotated[Duration, Says("how long one query may take", least=0.1)] = Duration(30)
    query_memory: Annotated[Size, Says("memory that one query may take", least=1 << 20)] = Size(1 << 30)
    export: Annotated[
        OutFolder | None, Says("folder for sealed days as Parquet; absent: no export", sample='"lake"')
    ] = None
    retention: Annotated[
        dict[str, Retention], Says("classes of events; an input names its class with `retention`")
    ] = field(default_factory=lambda: {"standard": Retention()})


class Journal(Table, frozen=True, kw_only=True):
    """The durable log between receiving and everything else."""

    partitions: Annotated[
        int, Says("partitions of the events journal; fixed once there is data", least=1, most=64)
    ] = 4
    retention: Annotated[Duration, Says("how long frames are kept after every consumer has passed")] = (
        Duration(86_400)
    )
    segment: Annotated[Size, Says("size at which a segment file is followed by the next", least=1 << 20)] = (
        Size(64 << 20)
    )
    sync_group: Annotated[Size, Says("bytes that one fdatasync covers, at most", least=1 << 16)] = Size(
        8 << 20
    )
    pending: Annotated[
        Size, Says("bytes that may wait for the disk; above, senders are told to wait", least=1 << 16)
    ] = Size(64 << 20)
    reserve: Annotated[Size, Says("disk left free for everything else; below, nothing is received")] = Size(
        256 << 20
    )
    scarce: Annotated[Size, Says("free disk below which somebody is told")] = Size(1 << 30)

    def remarks(self) -> Iterator[Remark]:
        """Whoever is told must be told before it is too late."""
        if self.scarce < self.reserve:
            yield Remark(("scarce",), f"{self.scarce} is less than reserve, {self.reserve}; raise it")
        if self.pending < self.sync_group:
            yield Remark(("pending",), f"{self.pending} is less than sync_group, {self.sync_group}; raise it")


class Identities(Table, frozen=True, kw_only=True):
    """Who is behind which account."""

    file: Annotated[
        InFile | None,
        Says("accounts that are one person's: CSV with person, kind, name", sample='"people.csv"'),
    ] = None


class Control(Table, frozen=True, kw_only=True):
    """The database of alerts, users and the audit trail."""

    url: Annotated[
        SecretUrl | None,
        Says("PostgreSQL; absent: SQLite in the data folder", sample='{ env = "TOCSIN_CONTROL_URL" }'),
    ] = None


class Alerts(Table, frozen=True, kw_only=True):
    """How matches become alerts."""

    window: Annotated[
        Duration, Says("matches of one rule and entity within this time are one alert", least=1, most=604_800)
    ] = Duration(3600)
    mute: Annotated[Duration, Says("how long nobody is told again of an alert that goes on")] = Duration(
        14_400
    )
    lateness: Annotated[
        Duration, Says("how late an event may arrive and still count in its window", most=86_400)
    ] = Duration(60)


class Route(Table, frozen=True, kw_only=True):
    """Which alerts go to whom. Every condition that is given must hold; `[]`: any."""

    channels: Annotated[tuple[str, ...], Says("names of [channels.…]", sample='["my-slack"]')]
    level: Annotated[Level, Says("alerts of this level and above")] = "informational"
    sources: Annotated[tuple[str, ...], Says("sources, `*` for any text", sample='["github_*", "okta"]')] = ()
    rules: Annotated[
        tuple[str, ...], Says("ids, titles or tags of rules, `*` for any text", sample='["attack.t1098*"]')
    ] = ()
    entities: Annotated[
        tuple[str, ...], Says("entities as `kind:name`, `*` for any text", sample='["host:prod-*"]')
    ] = ()
    hours: Annotated[Hours | None, Says("a span of the day; absent: all day", sample='"22:00-06:00"')] = None
    days: Annotated[
        tuple[Day, ...], Says("days of the week on which it begins", sample='["sat", "sun"]')
    ] = ()
    zone: Annotated[Zone, Says("the time zone of hours and days")] = Zone("UTC")
    last: Annotated[bool, Says("an alert that this route takes goes to none below it")] = False

    def remarks(self) -> Iterator[Remark]:
        """A route to nowhere is a mistake, not a mute."""
        if not self.channels:
            yield Remark(("channels",), "is empty; name at least one of [channels.…]")


class Metrics(Table, frozen=True, kw_only=True):
    """`/metrics`, `/healthz` and `/readyz`."""

    enabled: Annotated[bool, Says("whether to answer at all")] = True
    listen: Annotated[Listen, Says("address and port; there is no log-in")] = Listen("127.0.0.1", 9464)

    def sockets(self) -> Iterator[Socket]:
        """One, if it is on."""
        if self.enabled:
            yield Socket("listen", self.listen, "tcp")


class Canary(Table, frozen=True, kw_only=True):
    """Signed test events through the real listeners: the proof that an alert would come."""

    enabled: Annotated[bool, Says("whether to send them")] = True
    every: Annotated[Duration, Says("how often, through each input", least=10)] = Duration(300)
    late: Annotated[
        Duration, Says("after this long without its alert, the input is told to be broken", least=1)
    ] = Duration(60)

    def remarks(self) -> Iterator[Remark]:
        """Two of them on the way would hide each other."""
        if self.late >= self.every:
            yield Remark(("late",), f"{self.late} is not less than every, {self.every}; lower it")


class Settings(Table, frozen=True, kw_only=True):
    """All of `tocsin.toml`."""

    tocsin: Main = Main()
    inputs: Annotated[
        dict[str, Input], Says("what is received; each has a name of your own and a `kind`")
    ] = field(default_factory=dict)
    rules: Rules = Rules()
    identities: Identities = Identities()
    journal: Journal = Journal()
    store: Store = field(default_factory=Store)
    control: Control = Control()
    alerts: Alerts = Alerts()
    channels: Annotated[
        dict[str, Channel], Says("ways to tell a person; each has a name of your own and a `kind`")
    ] = field(default_factory=dict)
    routes: Annotated[tuple[Route, ...], Says("which alerts go to which channels, in this order")] = ()
    metrics: Metrics = Metrics()
    canary: Canary = Canary()
