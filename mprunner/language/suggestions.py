"""Did you mean ...?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

__all__ = ["listed", "nearest"]

MAX_SUGGESTIONS = 2
_SIMILARITY = 0.6
_SAME_WORD = 0.85
"""So like a synonym is a misspelling of it: `recieve`."""


def nearest(name: str, candidates: Iterable[str], synonyms: Mapping[str, str] | None = None) -> list[str]:
    """At most two of ``candidates`` that ``name`` may have been meant to be, the likeliest first.

    Case, ``-`` and spaces do not count. ``synonyms`` maps words that authors use to the right ones
    (``lock`` to ``acquire``) and goes before likeness of letters.
    """
    import difflib  # only mistakes need it

    by_form: dict[str, str] = {}
    for candidate in candidates:
        by_form.setdefault(_form(candidate), candidate)
    wanted = _form(name)
    found: list[str] = []
    if synonyms is not None:
        synonym = {_form(word): right for word, right in synonyms.items()}.get(wanted)
        if synonym is not None and _form(synonym) in by_form:
            found.append(by_form[_form(synonym)])
    if wanted in by_form:
        found.append(by_form[wanted])
    misspelled = {
        _form(word): by_form[_form(right)]
        for word, right in (synonyms or {}).items()
        if _form(right) in by_form
    }
    close = difflib.get_close_matches(wanted, misspelled, n=1, cutoff=_SAME_WORD)
    found.extend(misspelled[form] for form in close)
    close = difflib.get_close_matches(wanted, by_form, n=MAX_SUGGESTIONS, cutoff=_SIMILARITY)
    found.extend(by_form[form] for form in close)
    return list(dict.fromkeys(found))[:MAX_SUGGESTIONS]


def listed(names: Iterable[str], conjunction: str = "or") -> str:
    """``names`` as a phrase: ``"a"``, ``"a" or "b"``, ``"a", "b" or "c"``."""
    quoted = [f'"{name}"' for name in names]
    if len(quoted) < 2:
        return "".join(quoted)
    return f"{', '.join(quoted[:-1])} {conjunction} {quoted[-1]}"


def _form(name: str) -> str:
    return name.strip().casefold().replace("-", "_").replace(" ", "_")
