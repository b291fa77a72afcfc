"""`tocsin completions SHELL`: the words after `tocsin`, for bash, zsh and fish."""

import argparse

from tocsin.cli.commands.rules import names
from tocsin.cli.main import COMMANDS, OK

_BASH = """_tocsin() {{
  local cur="${{COMP_WORDS[COMP_CWORD]}}"
  if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W "{commands}" -- "$cur"))
  elif [ "$COMP_CWORD" -eq 2 ] && [ "${{COMP_WORDS[1]}}" = rules ]; then COMPREPLY=($(compgen -W "{rules}" -- "$cur"))
  else COMPREPLY=($(compgen -f -- "$cur")); fi
}}
complete -o filenames -F _tocsin tocsin
"""
_ZSH = "autoload -U +X bashcompinit && bashcompinit\n" + _BASH
_FISH = """complete -c tocsin -n __fish_use_subcommand -f -a "{commands}"
complete -c tocsin -n "__fish_seen_subcommand_from rules" -f -a "{rules}"
"""


def run(arguments: list[str]) -> int:
    """Print the script; use it as `source <(tocsin completions bash)`."""
    parser = argparse.ArgumentParser(prog="tocsin completions", description="Print completions for a shell.")
    parser.add_argument("shell", choices=["bash", "zsh", "fish"])
    shell = parser.parse_args(arguments).shell
    text = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}[shell]
    print(text.format(commands=" ".join(COMMANDS), rules=" ".join(names())), end="")
    return OK
