"""Where else a promise holds: a `sometimes` under another start method, one that is broken under a stronger assumption."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from mprunner.exploring.options import ExploreOptions, Limits
from mprunner.exploring.results import PromiseAnswer, Witnessed
from mprunner.records import record, replaced

if TYPE_CHECKING:
    from mprunner.language.models import Scenario
    from mprunner.program.declarations import Program

__all__ = ["Elsewhere", "Statuses", "timeouts"]

MOST_EXECUTIONS = 1_000
"""Executions (or states) that are looked at elsewhere: it is a hint, and must not take longer than the answer."""

THREADS = "threads, which a model has not, may show it"
_TELLS_THREADS = frozenset({"getpid", "getppid", "terminate", "kill", "exitcode", "pid", "ident", "sentinel"})
"""Operations that give something else, or are not there, where processes are threads (`--backend threads`)."""
_TOO_LATE = frozenset({"Empty", "Full", "TimeoutError", "BrokenBarrierError"})


@record
class Statuses:
    """How often each promise (by its index and title) was what, elsewhere, and whether that was everything."""

    counts: dict[tuple[int, str], Counter[str]]
    executions: int
    complete: bool


class Elsewhere:
    """`explored` explores the scenario under other options, None where the model can't follow that."""

    def __init__(
        self,
        scenario: Scenario,
        program: Program,
        options: ExploreOptions,
        explored: Callable[[ExploreOptions], Statuses | None],
    ) -> None:
        self._scenario = scenario
        self._program = program
        self._options = replaced(
            options, limits=Limits(executions=MOST_EXECUTIONS), method="auto", keep_schedules=0, jobs=1
        )
        self._explored = explored
        self._known: dict[ExploreOptions, Statuses | None] = {}

    def all(self, promises: Sequence[PromiseAnswer]) -> Iterator[PromiseAnswer]:
        """The answers, those that something else would change with a word on that."""
        for each in promises:
            if each.answer != "broken":
                yield each
            elif each.promise.holds == "sometimes":
                yield self._seen_elsewhere(each)
            else:
                yield replaced(each, assuming=tuple(self._assuming(each)))

    def _seen_elsewhere(self, answer: PromiseAnswer) -> PromiseAnswer:
        for method in self._other_methods():
            found = self._under(replaced(self._options, start_method=method))
            seen = 0 if found is None else found.counts.get(_key(answer), Counter())["kept"]
            if found is not None and seen:
                note = f"under {method} in {seen:,} of {_executions(found.executions)}, {answer.note} here"
                return replaced(answer, answer="kept", note=note)
        if self._threads_may():
            return replaced(answer, answer="open", note=f"{answer.note}; {THREADS}")
        return answer

    def _other_methods(self) -> Iterator[str]:
        """The start methods that the scenario may run under besides the one that it was explored under."""
        scenario = self._scenario
        if self._options.start_method is not None:
            return
        if "start_method" in scenario.matrix:
            methods = [str(each) for each in scenario.matrix["start_method"]]
        elif scenario.start_method is None:
            methods = ["fork", "spawn", "forkserver"]
        else:
            return
        own = self._program.start_method or "fork"
        yield from (each for each in methods if each != own and each not in scenario.not_under)

    def _threads_may(self) -> bool:
        from mprunner.worlds.model.features import features_of

        if "threads" in self._scenario.not_under:
            return False
        return bool(self._program.globals) or bool(features_of(self._program).operations & _TELLS_THREADS)

    def _assuming(self, answer: PromiseAnswer) -> Iterator[str]:
        witness = answer.witness
        if witness is None:
            return
        if not self._options.no_timeouts and timeouts(witness):
            found = self._under(replaced(self._options, no_timeouts=True))
            if self._holds(answer, found):
                yield "--no-timeouts"
                return
        if not self._options.respect_sleep and _sleeps(witness):
            found = self._under(replaced(self._options, respect_sleep=True))
            if self._holds(answer, found):
                yield "--respect-sleep"

    def _holds(self, answer: PromiseAnswer, found: Statuses | None) -> bool:
        if found is None or not found.complete:
            return False
        counts = found.counts.get(_key(answer), Counter())
        wrong = "kept" if answer.promise.holds == "never" else "broken"
        vacuous = counts["vacuous"] and not answer.promise.vacuous_ok and wrong == "broken"
        return not (counts[wrong] or counts["inconclusive"] or vacuous)

    def _under(self, options: ExploreOptions) -> Statuses | None:
        if options not in self._known:
            self._known[options] = self._explored(options)
        return self._known[options]


def timeouts(witness: Witnessed) -> list[int]:
    """The steps, from 1, in which the time of a wait is up."""
    return [
        number
        for number, step in enumerate(witness.steps, 1)
        for call, at in step.instants
        if at == "end"
        and call.values.get("timeout") is not None
        and (call.outcome == "refused" or (call.error is not None and call.error.type in _TOO_LATE))
    ]


def _sleeps(witness: Witnessed) -> bool:
    return any(call.operation == "sleep" for call in witness.recording.calls)


def _key(answer: PromiseAnswer) -> tuple[int, str]:
    return answer.promise.index, answer.promise.title


def _executions(number: int) -> str:
    return f"{number:,} executions" if number != 1 else "1 execution"
