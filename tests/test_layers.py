"""Folders import one way: what stands further left in the order knows nothing of what stands further right."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "mprunner"
ORDER = (
    "errors", "records", "operations", "language", "program", "recording", "worlds", "checking", "exploring", "golden",
    "report", "cli",
)  # fmt: skip
ALLOWED_FOR_TYPES = {("errors", "language")}
"""What may be named in annotations although it stands further right; everything may of what stands left."""
EDGES = {"__init__", "__main__", "pytest_plugin"}

MODULES = sorted(PACKAGE.rglob("*.py"))


def layer(module: Path) -> str:
    first = module.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports(node: ast.AST, *, typing: bool = False) -> Iterator[tuple[str, int, bool]]:
    """Every module that `node` imports, with its line and whether only type checkers see the import."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for name in child.names:
                yield name.name, child.lineno, typing
        elif isinstance(child, ast.ImportFrom):
            base = child.module or ""
            yield base, child.lineno, typing
            if base == "mprunner":
                for name in child.names:
                    yield f"mprunner.{name.name}", child.lineno, typing
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            for inner in child.body:
                yield from imports(ast.Module([inner], []), typing=True)
            for inner in child.orelse:
                yield from imports(ast.Module([inner], []), typing=typing)
        else:
            yield from imports(child, typing=typing)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(PACKAGE)))
def test_imports_point_one_way(module: Path) -> None:
    own = layer(module)
    if own in EDGES:
        return
    wrong = []
    for name, line, typing in imports(ast.parse(module.read_text(encoding="utf-8"))):
        parts = name.split(".")
        if parts[0] != "mprunner" or len(parts) == 1 or parts[1] not in ORDER:
            continue
        if ORDER.index(parts[1]) <= ORDER.index(own) or (typing and (own, parts[1]) in ALLOWED_FOR_TYPES):
            continue
        wrong.append(f"{module.relative_to(PACKAGE)}:{line} imports {name}")
    assert wrong == []


@pytest.mark.parametrize("name", ["program", "recording", "worlds"])
def test_what_children_import_knows_the_language_only_by_type(name: str) -> None:
    wrong = [
        f"{module.relative_to(PACKAGE)}:{line} imports {imported}"
        for module in sorted((PACKAGE / name).rglob("*.py"))
        for imported, line, typing in imports(ast.parse(module.read_text(encoding="utf-8")))
        if imported.startswith("mprunner.language") and not typing
    ]
    assert wrong == []


def test_every_folder_has_its_place_in_the_order() -> None:
    folders = {layer(module) for module in MODULES} - EDGES
    assert folders <= set(ORDER)
