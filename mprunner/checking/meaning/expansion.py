"""What the classic names expand to: the core forms `count` and `each ... has`, alone or several together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mprunner.checking.constraints.queue_items import ends_of
from mprunner.checking.forms import (
    AllForm,
    AnyForm,
    Body,
    ChainForm,
    CountForm,
    Declared,
    EachForm,
    ExactlyOnceForm,
    FifoForm,
    IfForm,
    MatcherForm,
    Matches,
    NotForm,
    PairForm,
    PartForm,
    PromiseForm,
    ScopeForm,
    family,
)
from mprunner.records import replaced

__all__ = [
    "ANY_EVENT",
    "CHAINED",
    "OF_QUEUES",
    "PAIRWISE",
    "UNARY",
    "all_of",
    "as_pairs",
    "choice",
    "universality",
]

ANY_EVENT = MatcherForm(op=Matches(""))
"""Every operation that succeeded."""

Pairwise = Callable[[MatcherForm, MatcherForm], tuple[Body, ...]]


def all_of(bodies: tuple[Body, ...]) -> Body:
    """One body for several that must all hold."""
    if len(bodies) == 1:
        return bodies[0]
    return AllForm(
        tuple(PartForm(body, "count" if isinstance(body, CountForm) else "each") for body in bodies)
    )


def _response(a: MatcherForm, b: MatcherForm, **more: Any) -> EachForm:
    return EachForm(a, b, **more)


def _precedence(a: MatcherForm, b: MatcherForm, **more: Any) -> EachForm:
    return EachForm(b, a, where="before", **more)


def _never(a: MatcherForm, b: MatcherForm) -> tuple[Body, ...]:
    return (EachForm(a, b, wanted=False),)


def _apart(a: MatcherForm, b: MatcherForm) -> tuple[Body, ...]:
    return (EachForm(a, b, wanted=False, where="anywhere"),)


def _not_next(a: MatcherForm, b: MatcherForm) -> tuple[Body, ...]:
    return (EachForm(a, b, wanted=False, where="next"),)


def _next(a: MatcherForm, b: MatcherForm) -> EachForm:
    return EachForm(a, b, where="next")


def _previous(a: MatcherForm, b: MatcherForm) -> EachForm:
    return EachForm(b, a, where="previous")


def choice(matchers: tuple[MatcherForm, ...]) -> Body:
    """One of them at least."""
    of = matchers[0] if len(matchers) == 1 else MatcherForm(any_of=matchers)
    return CountForm(of, at_least=1)


def _turn(a: MatcherForm, b: MatcherForm) -> PartForm:
    """Between an a and the next b there is no other a."""
    return PartForm(CountForm(a, exactly=0), "count", within=ScopeForm(from_=a, to=b, open_end=True))


def _alternation(a: MatcherForm, b: MatcherForm) -> tuple[Body, ...]:
    return (AllForm((_turn(a, b), _turn(b, a))),)


PAIRWISE: dict[str, Pairwise] = {
    "exclusive_choice": lambda a, b: (
        choice((a, b)),
        EachForm(a, b, wanted=False, where="anywhere"),
    ),
    "responded_existence": lambda a, b: (EachForm(a, b, where="anywhere"),),
    "co_existence": lambda a, b: (EachForm(a, b, where="anywhere"), EachForm(b, a, where="anywhere")),
    "succession": lambda a, b: (_response(a, b), _precedence(a, b)),
    "alternation": _alternation,
    "alternate_response": lambda a, b: (_response(a, b, without=a),),
    "alternate_precedence": lambda a, b: (_precedence(a, b, without=b),),
    "alternate_succession": lambda a, b: (_response(a, b, without=a), _precedence(a, b, without=b)),
    "chain_response": lambda a, b: (_next(a, b),),
    "chain_precedence": lambda a, b: (_previous(a, b),),
    "chain_succession": lambda a, b: (_next(a, b), _previous(a, b)),
    "not_responded_existence": _apart,
    "not_co_existence": _apart,
    "not_response": _never,
    "not_precedence": _never,
    "not_succession": _never,
    "not_chain_response": _not_next,
    "not_chain_precedence": _not_next,
    "not_chain_succession": _not_next,
}
"""Name of [first, second] -> what it expands to."""


def _init(a: MatcherForm, among: MatcherForm) -> tuple[Body, ...]:
    return CountForm(a, at_least=1), EachForm(among, a, where="before")


def _end(a: MatcherForm, among: MatcherForm) -> tuple[Body, ...]:
    return CountForm(a, at_least=1), EachForm(among, a)


def universality(a: MatcherForm, among: MatcherForm) -> tuple[Body, ...]:
    """None of the events is another one."""
    return (CountForm(replaced(among, none_of=(*among.none_of, a)), exactly=0),)


UNARY: dict[str, Pairwise] = {"init": _init, "end": _end, "universality": universality}
"""Name of one matcher (and `among` which events) -> what it expands to."""

OF_QUEUES: dict[str, Callable[[str], Body]] = {
    "lifo": lambda queue: FifoForm(queue, "lifo"),
    "at_most_once": lambda queue: ExactlyOnceForm(queue, all_got=False),
    "at_least_once": lambda queue: ExactlyOnceForm(queue, once=False),
    "nothing_invented": lambda queue: ExactlyOnceForm(queue, all_got=False, once=False),
}


def _pair_of(queue: str, **how: Any) -> PairForm:
    ends = ends_of(queue)
    return PairForm(ends.put, ends.get, ends.by, **how)


def as_pairs(promise: PromiseForm, declared: Declared) -> PromiseForm:
    """The promise with `pair` in the place of what is said of queues by their names."""
    return _as_pairs(promise, declared)  # type: ignore[no-any-return]


def _as_pairs(part: Any, declared: Declared) -> Any:
    body = part.body
    if isinstance(body, FifoForm):
        kept = body.queue in declared.ordered_queues or family(body.queue) in declared.ordered_queues
        order = body.order or ("fifo" if kept else "per_producer")
        return replaced(part, body=_pair_of(body.queue, order=order), per="object")
    if isinstance(body, ExactlyOnceForm):
        each_put = {
            (True, True): "exactly_once",
            (False, True): "at_most_once",
            (True, False): "at_least_once",
        }
        often = each_put.get((body.all_got, body.once))
        return replaced(part, body=_pair_of(body.queue, each_put=often), per="object")
    if isinstance(body, (AllForm, AnyForm)):
        parts = tuple(_as_pairs(one, declared) for one in body.parts)
        return replaced(part, body=replaced(body, parts=parts))
    if isinstance(body, NotForm):
        return replaced(part, body=NotForm(_as_pairs(body.part, declared)))
    if isinstance(body, IfForm):
        return replaced(
            part, body=IfForm(_as_pairs(body.condition, declared), _as_pairs(body.then, declared))
        )
    return part


Chain = tuple[MatcherForm, ...]

CHAINED: dict[str, Callable[[Chain, Chain, MatcherForm | None], Body]] = {
    "precedence_chain": lambda earlier, later, _: ChainForm(later, earlier, where="before"),
    "response_chain": lambda earlier, later, _: ChainForm(earlier, later),
    "constrained_chain": lambda earlier, later, without: ChainForm(earlier, later, without=without),
}
"""Name of [earlier, later], one of them a chain -> what it expands to."""
