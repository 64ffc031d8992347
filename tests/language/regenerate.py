"""Writes what is generated from the language's tables: `python -m tests.language.regenerate`, in the repository's root.

That is every `tests/errors/NAME.out`, `docs/errors.md`, `docs/language.md`, `docs/promises.md` and
the schemas. Look at the difference before committing it: a test holds each file to what is
generated.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from mprunner.checking.adapt import declared, promise_form
from mprunner.checking.meaning.explaining import Explanation, explain
from mprunner.language.catalogue import errors_page
from mprunner.language.examples import PROMISE_EXAMPLES
from mprunner.language.kinds import KINDS
from mprunner.language.loading import load_source
from mprunner.language.reference import language_page
from mprunner.language.schema import scenario_schema_text
from mprunner.language.source import Source
from mprunner.language.vocabulary import PROMISES
from mprunner.recording.schema import recording_schema
from mprunner.report.promises_page import promises_page
from tests.errors.pairs import FOLDER, names, outcome
from tests.language.surroundings import with_promise

ROOT = Path(__file__).parents[2]


@cache
def generated() -> dict[str, str]:
    """Path (from the root) -> the text that it should hold."""
    pairs = {
        kind: ((FOLDER / f"{kind}.yaml").read_bytes().decode("utf-8", "replace"), outcome(kind))
        for kind in KINDS
    }
    return {
        "docs/errors.md": errors_page(pairs),
        "docs/language.md": language_page(),
        "docs/promises.md": promises_page({form: _explained(form) for form in PROMISES}),
        "schemas/recording.schema.json": json.dumps(recording_schema(), indent=2, ensure_ascii=False) + "\n",
        "schemas/scenario.schema.json": scenario_schema_text(),
    }


def _explained(form: str) -> Explanation:
    (found,) = load_source(Source(f"{form}.yaml", with_promise(form, PROMISE_EXAMPLES[form]))).scenarios
    return explain(promise_form(found.expect[0]), declared(found))


def main() -> None:
    """Writes all of it."""
    for name in names():
        (FOLDER / f"{name}.out").write_text(outcome(name), encoding="utf-8")
    for path, text in generated().items():
        (ROOT / path).parent.mkdir(exist_ok=True)
        (ROOT / path).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
