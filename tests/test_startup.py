"""What is imported when: help and completion must be quick, and a child must import none of what only the author needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "mprunner"
HEAVY = {"pydantic", "pydantic_core", "yaml", "click"}


def modules_after(code: str, **environ: str) -> set[str]:
    """The top-level modules that a fresh interpreter has imported after `code`."""
    told = f"import sys\n{code}\nsys.stderr.write('MODULES ' + ' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", told],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, **environ},
        check=False,
    )
    assert "MODULES " in done.stderr, done.stderr
    return {name.partition(".")[0] for name in done.stderr.rpartition("MODULES ")[2].split()}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["run", "--help"], ["completion", "zsh"]])
def test_help_imports_neither_pydantic_nor_yaml(arguments: list[str]) -> None:
    loaded = modules_after(f"from mprunner.cli.main import main\nmain({arguments!r})")
    assert "click" in loaded
    assert loaded & {"pydantic", "pydantic_core", "yaml", "multiprocessing"} == set()


def test_completion_imports_neither_pydantic_nor_yaml() -> None:
    loaded = modules_after(
        "from mprunner.cli.main import main\nmain([])",
        _MPRUN_COMPLETE="bash_complete",
        COMP_WORDS="mprun scen",
        COMP_CWORD="1",
    )
    assert loaded & {"pydantic", "pydantic_core", "yaml", "multiprocessing"} == set()


def test_loading_a_scenario_needs_no_classes_of_pydantic_and_searches_no_packages() -> None:
    loaded = modules_after("from mprunner.language.loading import load\nload('scenarios/lock.yaml')")
    assert "pydantic_core" in loaded
    assert loaded & {"pydantic", "email", "zipfile", "multiprocessing"} == set()


def child_modules() -> list[str]:
    files = [
        PACKAGE / "__init__.py",
        PACKAGE / "errors.py",
        PACKAGE / "operations.py",
        *(
            file
            for folder in ("program", "recording", "worlds")
            for file in sorted((PACKAGE / folder).rglob("*.py"))
        ),
    ]
    names = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]
    return [name.removesuffix(".__init__") for name in names]


def test_what_children_import_is_light() -> None:
    imports = "\n".join(f"import {name}" for name in child_modules())
    assert modules_after(imports) & HEAVY == set()


def test_a_child_imports_only_what_writes_a_record() -> None:
    told = "import sys, mprunner.worlds.real.children, mprunner.worlds.real.processes\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True)
    readers = {f"mprunner.recording.{name}" for name in ("events", "reading", "merge", "order", "store")}
    assert readers & set(done.stdout.split()) == set()


def test_a_run_finds_the_package_that_only_the_current_directory_holds() -> None:
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    code = "from mprunner.cli.main import main; raise SystemExit(main(['scenarios/lock.yaml', '--time-scale', '0']))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, env=environ, check=False
    )
    assert (0, "") == (done.returncode, done.stderr)


def test_a_run_is_ordered_before_the_checks_are_loaded() -> None:
    code = (
        "import sys\n"
        "from mprunner.cli.main import main\n"
        "from mprunner.worlds.real.supervisor import RealWorld\n"
        "order = RealWorld._begin\n"
        "def ordered(*given):\n"
        "    loaded = sorted(name for name in sys.modules if name.startswith('mprunner.checking.'))\n"
        "    sys.stderr.write(' '.join(['LOADED', *loaded, 'END']))\n"
        "    return order(*given)\n"
        "RealWorld._begin = ordered\n"
        "main(['scenarios/lock.yaml', '--time-scale', '0'])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.startswith("LOADED ")
    assert set() == {"mprunner.checking.judging", "mprunner.checking.forms"} & set(done.stderr.split())
