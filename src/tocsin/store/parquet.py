"""Events as Parquet: the columns that every file of ours has."""

import pyarrow as pa

from tocsin.model.columns import NORMALISED, NUMBERS

_MOMENT = pa.timestamp("us", "UTC")
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("time", _MOMENT),
        ("arrived", _MOMENT),
        *((name, pa.string()) for name in ("source", "input", "retention", "refused")),
        *((name, pa.uint32() if name in NUMBERS else pa.string()) for name in NORMALISED),
        ("fields", pa.map_(pa.string(), pa.string())),
        ("raw", pa.binary()),
    ]
)
"""Missing texts are null."""
