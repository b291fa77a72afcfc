"""The table of events, and how older versions of it become this one.

Normalised strings that are missing are '' and numbers are NULL: measured, Nullable strings take the same room and
time, and are one more thing to get wrong in a question; a port of 0 is a port. The order (source, time) makes one
source's hours a short stretch of the table, and its columns compress well. Merged parts keep the names of `fields` in
buckets, so a question about one name reads a twelfth of them: measured, three to ten times as fast.
"""

from tocsin.model.columns import NORMALISED, NUMBERS
from tocsin.store.database import Database

LONG = frozenset(
    {
        "error.message", "file.path", "orchestrator.resource.name", "process.command_line", "process.executable",
        "url.original", "user.id", "user_agent.original",
    }
)  # fmt: skip
"""Normalised columns whose values are mostly different: without a dictionary."""
MAX_FIELDS = 256
"""Names at the top level of a JSON record that get into `fields`; all of it is in `raw`."""
WINDOW = 10_000
"""Blocks whose tokens are remembered."""
GRANULE = 2_048
"""Rows that are read together at least. Measured on ten million events: an hour's of one user take a quarter less time than with
8,192, for 1 % more disk. A table that was made with those keeps them."""
INDEX = "words"


def kind(name: str) -> str:
    """Return the type of a normalised column."""
    if name in NUMBERS:
        return "Nullable(UInt32)"
    return "String" if name in LONG else "LowCardinality(String)"


_NORMALISED = ", ".join(f"`{name}` {kind(name)}" for name in NORMALISED)
_FIRST = f"""
    CREATE TABLE IF NOT EXISTS tocsin.events (
        partition UInt16, offset UInt64, `index` UInt32, part UInt16,
        arrived DateTime64(6, 'UTC'), time DateTime64(6, 'UTC'),
        input LowCardinality(String), source LowCardinality(String), retention LowCardinality(String),
        refused LowCardinality(String), {_NORMALISED},
        fields Map(String, String) CODEC(ZSTD), raw String CODEC(ZSTD)
    ) ENGINE = MergeTree PARTITION BY (retention, toDate(arrived)) ORDER BY (source, time)
    SETTINGS index_granularity = {GRANULE}, non_replicated_deduplication_window = {WINDOW}, fsync_after_insert = 1, fsync_part_directory = 1,
        min_rows_to_fsync_after_merge = 1, min_compressed_bytes_to_fsync_after_merge = 1,
        map_serialization_version = 'with_buckets', map_serialization_version_for_zero_level_parts = 'basic',
        map_buckets_min_avg_size = 4, map_buckets_coefficient = 3
"""
_EXPIRED = """
    CREATE TABLE IF NOT EXISTS tocsin.expired (
        day String, partition UInt16, last UInt64, rows UInt64, done Bool, number UInt64
    ) ENGINE = MergeTree ORDER BY number SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
"""
# In the order of the table a stretch of rows is a stretch of time, so of frames: a question about some of them reads few.
_FRAMES = "ALTER TABLE tocsin.events ADD INDEX IF NOT EXISTS frames offset TYPE minmax GRANULARITY 1"
# Fewer, larger merges, for each writes all its rows again: of 1.2 million events in blocks of 40,000, 0.7 million rows instead of 2.1.
_MERGES = "ALTER TABLE tocsin.events MODIFY SETTING merge_selector_base = 20"
# Of stretches with several sources the order tells nothing of the time. Measured on ten million events: an hour's take 0.2 s, not 0.5.
_TIMES = "ALTER TABLE tocsin.events ADD INDEX IF NOT EXISTS times time TYPE minmax GRANULARITY 1"
# An hour after its last event a day becomes one part (where it fits): each part costs every question some 0.3 ms.
_DAYS = (
    "ALTER TABLE tocsin.events MODIFY SETTING min_age_to_force_merge_seconds = 3600, "
    "min_age_to_force_merge_on_partition_only = 1"
)
MIGRATIONS: tuple[str, ...] = (_FIRST, _EXPIRED, _FRAMES, _MERGES, _TIMES, _DAYS)
"""Statements in the order in which they are run, each once; one that a crash cut short is run again. Only ever added to."""


def migrate(database: Database, *, token_index: bool) -> int:
    """Bring the table to this version; return how many statements were run."""
    database.run("CREATE DATABASE IF NOT EXISTS tocsin")
    database.run(
        "CREATE TABLE IF NOT EXISTS tocsin.versions (version UInt32) ENGINE = MergeTree ORDER BY version "
        "SETTINGS fsync_after_insert = 1"
    )
    done = version(database)
    for number, statement in enumerate(MIGRATIONS[done:], done + 1):
        database.run(statement)
        database.run("INSERT INTO tocsin.versions VALUES ({number:UInt32})", {"number": str(number)})
    _settle_index(database, wanted=token_index)
    return len(MIGRATIONS) - done


def version(database: Database) -> int:
    """Return the number of the last statement that was run."""
    asked = database.ask("SELECT max(version) AS version FROM tocsin.versions", {}, "readonly = 1")
    return int(asked["version"][0].as_py())


def _settle_index(database: Database, *, wanted: bool) -> None:
    """Index the words of what comes from now on, or stop and drop the index. Questions are answered either way."""
    asked = database.ask(
        "SELECT count() AS there FROM system.data_skipping_indices WHERE database = 'tocsin' "
        "AND table = 'events' AND name = {index:String}",
        {"index": INDEX},
        "readonly = 1",
    )
    there = bool(asked["there"][0].as_py())
    if wanted and not there:
        database.run(
            f"ALTER TABLE tocsin.events ADD INDEX {INDEX} lower(raw) TYPE text(tokenizer = splitByNonAlpha)"
        )
    if there and not wanted:
        database.run(f"ALTER TABLE tocsin.events DROP INDEX {INDEX}")
