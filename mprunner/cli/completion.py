"""`mprun completion bash|zsh|fish`."""

from __future__ import annotations

import click

from mprunner.cli.exitcodes import KEPT

__all__ = ["command"]

_INSTALL = {
    "bash": '# In ~/.bashrc:  eval "$(mprun completion bash)"',
    "zsh": '# In ~/.zshrc, after compinit:  eval "$(mprun completion zsh)"',
    "fish": "# In ~/.config/fish/completions/mprun.fish:  mprun completion fish | source",
}


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> int:
    """Print the script that lets SHELL complete commands, options and scenario files."""
    from click.shell_completion import get_completion_class

    from mprunner.cli.main import commands

    kind = get_completion_class(shell)
    assert kind is not None
    # The class asks bash for its version before it gives the script; the template needs none.
    script = kind(commands, {}, "mprun", "_MPRUN_COMPLETE")
    click.echo(_INSTALL[shell])
    click.echo(script.source_template % script.source_vars())
    return KEPT
