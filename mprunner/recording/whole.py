"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(path: str | os.PathLike[str], text: str) -> None:
    """Write the text aside, then move it into place: whoever reads the file meanwhile, or after a power cut, sees the old
    text or the new one, whole.

    A file that is there keeps its mode; a new one gets that of any new file. Raises OSError, and leaves nothing behind.
    """
    target = Path(path)
    part = target.with_name(f".{target.name}.{os.getpid()}-{time.monotonic_ns()}.part")
    try:
        with open(
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "w", encoding="utf-8", newline="\n"
        ) as file:
            with suppress(FileNotFoundError):
                os.chmod(part, target.stat().st_mode & 0o7777)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())  # else the move may reach the disk before what is moved
        os.replace(part, target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
