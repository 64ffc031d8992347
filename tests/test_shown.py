"""What the pages show of the tool is what it prints, and the commands that they name are commands with such options.

A fence `console` has a command behind `$`, and below it what that prints: times are normalised, a line `...` stands for any
lines. A scenario on the same page is the file of its name. What a fence `yaml golden NAME` shows stands in the golden of that
scenario, in that order.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from mprunner.cli.main import COMMANDS, commands, main
from tests.test_docs import PAGES, Fence, fences

ROOT = Path(__file__).parent.parent
CONSOLES = [fence for page in PAGES for fence in fences(page) if fence.info[:1] == ("console",)]
SHOWN = [fence for fence in CONSOLES if re.search(r"^[^$\n]", fence.text, re.MULTILINE)]
GOLDENS = [fence for page in PAGES for fence in fences(page) if fence.info[:2] == ("yaml", "golden")]


def normalised(text: str) -> str:
    return re.sub(r"\d+\.\d+ s", "<s>", text)


def as_pattern(shown: str) -> str:
    """An expression for what is shown, in which a line `...` is any number of lines."""
    lines = [line.rstrip() for line in normalised(shown).splitlines()]
    return "".join("(?:.*\n)*?" if line.strip() == "..." else f"{re.escape(line)}\n" for line in lines)


@pytest.mark.parametrize("fence", SHOWN, ids=str)
def test_a_command_prints_what_the_page_shows(
    fence: Fence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    for other in fences(fence.page):
        name = re.match(r"name: (.*)\n", other.text)
        if other.info[:1] == ("yaml",) and name is not None:
            (tmp_path / f"{name[1]}.yaml").write_text(other.text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    [(command, shown)] = re.findall(r"^\$ mprun (.*)\n((?:[^$].*\n|\n)+)", fence.text, re.MULTILINE)
    main(shlex.split(command))
    printed = normalised(capsys.readouterr().out)
    assert re.fullmatch(as_pattern(shown), printed), printed


@pytest.mark.parametrize("fence", GOLDENS, ids=str)
def test_an_excerpt_of_a_golden_stands_in_it(fence: Fence) -> None:
    path = ROOT / "tests" / "golden" / f"{fence.info[2]}.golden.yaml"
    coming = iter(path.read_text(encoding="utf-8").splitlines())
    changing = re.compile(r"  (sha256|file|runs|python): ")
    lines = [re.sub(r"\s+#.*", "", line) for line in fence.text.splitlines()]
    lost = [line for line in lines if not changing.match(line) and line not in coming]
    assert lost == []


def commands_in_text() -> list[tuple[str, str]]:
    """Each `mprun ...` in the text and the fences of a page, with the page's name."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        named = re.findall(r"`(mprun [^`\n]+)`", text) + re.findall(r"^\$? ?(mprun .*)$", text, re.MULTILINE)
        found += [(page.name, re.split(r" [|#>] | #", each)[0]) for each in named]
    return found


def options_of(name: str) -> set[str]:
    command = commands.get_command(click.Context(commands), name)  # type: ignore[attr-defined]
    return {word for parameter in command.params for word in (*parameter.opts, *parameter.secondary_opts)}


@pytest.mark.parametrize(("page", "written"), sorted(set(commands_in_text())))
def test_a_command_that_a_page_names_has_such_options(page: str, written: str) -> None:
    words = shlex.split(written)[1:]
    name = words[0] if words[0] in COMMANDS else "run"
    options = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
    assert options - options_of(name) - {"-h", "--help", "--version"} == set()


def test_pages_name_commands() -> None:
    assert len(commands_in_text()) > 40
    assert len(SHOWN) >= 1
    assert len(GOLDENS) >= 1
