"""The version of mprunner, and those of what it stands on."""

from __future__ import annotations

__all__ = ["VERSION", "versions"]

VERSION = "0.1.0"
"""The same as in pyproject.toml; to look it up among the installed packages would cost as much as all of `--help`."""


def versions() -> str:
    """One line for a bug report."""
    import platform
    from importlib import metadata

    def installed(distribution: str) -> str:
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            return "unknown"

    others = ", ".join(f"{name} {installed(name)}" for name in ("click", "pydantic", "PyYAML"))
    return (
        f"mprunner {VERSION}, Python {platform.python_version()} ({platform.python_implementation()}), "
        f"{platform.platform()}, {others}"
    )
