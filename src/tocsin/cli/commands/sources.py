"""`tocsin sources`: the kinds of log that are understood."""

import argparse

from tocsin.cli.main import OK


def run(arguments: list[str]) -> int:
    """List them."""
    parser = argparse.ArgumentParser(
        prog="tocsin sources", description="List the kinds of log that are understood."
    )
    parser.parse_args(arguments)
    from tocsin.sources import catalog

    for source in catalog().values():
        print(f"{source.name:<22} {source.title}")
    return OK
