"""One file a `tocsin rules` command: NAME and HELP, `arguments(parser)`, `run(given)` -> exit code."""
