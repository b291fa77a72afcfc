"""What a decoder of msgspec raises on bytes that it cannot read: its own errors are not all of them."""

import msgspec

UNREADABLE = (msgspec.MsgspecError, UnicodeError, RecursionError)
"""Text that is not UTF-8, and what nests too deeply, have Python's own errors."""
