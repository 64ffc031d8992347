"""From a promise's body to what tells of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from mprunner.checking.constraint import Constraint, Make
from mprunner.checking.constraints.delivery import Delivery
from mprunner.checking.constraints.lifo import Lifo
from mprunner.checking.constraints.overtaking import Overtaking
from mprunner.checking.constraints.pair_timed import Prompt
from mprunner.checking.constraints.queue_items import Ends
from mprunner.checking.constraints.queues import Fifo
from mprunner.checking.constraints.sequence import Sequence
from mprunner.checking.constraints.spans import span_builder
from mprunner.checking.forms import (
    Body,
    ChainForm,
    ClosedForm,
    CountForm,
    Declared,
    EachForm,
    ExactlyOnceForm,
    FifoForm,
    HappensBeforeForm,
    NoInterleavingForm,
    OpenForm,
    OutputForm,
    OvertakingForm,
    PairForm,
    RelatedForm,
    SequenceForm,
)
from mprunner.checking.telling.chains import PairTeller
from mprunner.checking.telling.counting import CountTeller
from mprunner.checking.telling.each import EachTeller
from mprunner.checking.telling.orders import HappensBeforeTeller
from mprunner.checking.telling.overtaken import OvertakingTeller
from mprunner.checking.telling.printed import OutputTeller
from mprunner.checking.telling.queues import DeliveryTeller, FifoTeller
from mprunner.checking.telling.sequences import CompleteTeller, SequenceTeller
from mprunner.checking.telling.spans import ClosedTeller, InterleavingTeller, OpenTeller, RelatedTeller

__all__ = ["telling"]

Tell = Callable[[Constraint], Constraint]


def telling(declared: Declared) -> Callable[[Make, Body], Make]:
    """What `build` puts around constraints so that they tell; those of which there is no more to tell stay as they are."""

    def around(make: Make, body: Body) -> Make:
        tell = _tell(body, declared)
        return make if tell is None else lambda: tell(make())

    return around


def _tell(body: Body, declared: Declared) -> Tell | None:
    if isinstance(body, CountForm):
        least = body.exactly if body.exactly is not None else body.at_least
        most = body.exactly if body.exactly is not None else body.at_most
        return lambda inner: CountTeller(inner, least, most)
    if isinstance(body, EachForm):
        return lambda inner: EachTeller(inner, body)
    if isinstance(body, ChainForm) and body.wanted and len(body.partner) == 2:
        return lambda inner: PairTeller(inner, before=body.where == "before")
    if isinstance(body, HappensBeforeForm):
        return HappensBeforeTeller
    if isinstance(body, OvertakingForm):
        return lambda inner: OvertakingTeller(inner, body.by) if isinstance(inner, Overtaking) else inner
    if isinstance(body, OutputForm):
        return lambda inner: OutputTeller(inner, body.text)
    if isinstance(body, SequenceForm):
        return partial(_of_steps, among=body.among is not None)
    if isinstance(body, FifoForm):
        return FifoTeller
    if isinstance(body, PairForm):
        return lambda inner: _of_pair(inner, Ends(body.put, body.get, body.by))
    if isinstance(body, ExactlyOnceForm):
        return DeliveryTeller
    if isinstance(body, OpenForm):
        return lambda inner: OpenTeller(
            inner, body.span, span_builder(body.span, declared),
            at_most=body.at_most, at_least=body.at_least, each_object=body.each_object,
        )  # fmt: skip
    if isinstance(body, ClosedForm):
        return lambda inner: ClosedTeller(inner, span_builder(body.span, declared))
    if isinstance(body, NoInterleavingForm):
        tasks = body.inside.kind == "task"
        return lambda inner: InterleavingTeller(inner, span_builder(body.inside, declared), tasks=tasks)
    if isinstance(body, RelatedForm):
        return lambda inner: RelatedTeller(inner, body.span, body.to)
    return None


def _of_pair(inner: Constraint, ends: Ends) -> Constraint:
    if isinstance(inner, Delivery):
        return DeliveryTeller(inner, ends)
    return FifoTeller(inner) if isinstance(inner, (Fifo, Lifo, Prompt)) else inner


def _of_steps(inner: Constraint, *, among: bool) -> Constraint:
    if isinstance(inner, Sequence):
        return SequenceTeller(inner, inner.steps, among=among)
    return CompleteTeller(inner)
