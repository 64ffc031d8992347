"""Everything that an item of `expect` can be: the forms, promises made of promises, and the classic names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from mprunner.language.classics import CLASSICS
from mprunner.language.compositions import COMPOSITIONS
from mprunner.language.filecheck import FileCheck
from mprunner.language.linearizability import LinearizableForm
from mprunner.language.outcomes import Outcomes
from mprunner.language.overtaking import BoundedOvertaking
from mprunner.language.pairing import Paired
from mprunner.language.promises import FORMS, Form
from mprunner.language.racing import NoRaces
from mprunner.language.relations import Related

__all__ = ["PROMISES"]


class Vocabulary(Mapping[str, type[Form]]):
    """Key of a promise -> its model, in the order of the reference."""

    def __init__(self, *tables: Mapping[str, type[Form]]) -> None:
        self._tables = tables

    def __getitem__(self, form: str) -> type[Form]:
        for table in self._tables:
            if form in table:
                return table[form]
        raise KeyError(form)

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._tables)

    def __contains__(self, form: object) -> bool:
        return any(form in table for table in self._tables)

    def __len__(self) -> int:
        return sum(map(len, self._tables))


PROMISES: Mapping[str, type[Form]] = Vocabulary(
    FORMS,
    {
        model.form: model
        for model in (Paired, Related, BoundedOvertaking, LinearizableForm, NoRaces, FileCheck, Outcomes)
    },
    COMPOSITIONS,
    CLASSICS,
)
