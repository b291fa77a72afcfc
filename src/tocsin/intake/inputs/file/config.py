"""What there is to set of a file input."""

from collections.abc import Iterator
from typing import Annotated, Literal

from tocsin.settings.kinds import Input, Remark
from tocsin.settings.paths import Pattern
from tocsin.settings.says import Says
from tocsin.settings.scalars import Duration, Size


class Config(Input, frozen=True, kw_only=True, tag="file"):
    """Follows files as they grow, through rotation and truncation."""

    paths: Annotated[
        tuple[Pattern, ...],
        Says(
            "files and patterns; `**` for any number of folders",
            sample='["/var/log/auth.log", "/var/log/nginx/*.log"]',
        ),
    ]
    exclude: Annotated[
        tuple[Pattern, ...], Says("files and patterns to pass over", sample='["/var/log/nginx/*debug*"]')
    ] = ()
    start: Annotated[
        Literal["beginning", "end"], Says("where to begin in a file that is seen for the first time")
    ] = "beginning"
    look: Annotated[Duration, Says("how often new files are looked for", least=0.1)] = Duration(5)
    record: Annotated[Size, Says("one line, at most; what is beyond is refused, and counted", least=1024)] = (
        Size(1 << 20)
    )
    open_files: Annotated[int, Says("files that are open at one time", least=1)] = 512

    def remarks(self) -> Iterator[Remark]:
        """Without a path there is nothing to follow."""
        if not self.paths:
            yield Remark(("paths",), 'is empty; write ["/var/log/auth.log"]')
