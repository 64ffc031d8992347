"""The formulas of DECLARE and of Dwyer, Avrunin and Corbett, and what a scenario writes for them.

Letters are propositions. The scopes' formulas are the patterns' closed forms for a first Q and a first R, not nested.
"""

from __future__ import annotations

DECLARE: dict[str, tuple[str, str, bool]] = {
    "existence 1": ("- existence: a", "F a", False),
    "existence 2": ("- existence: a\n  at_least: 2", "F(a & X F a)", False),
    "existence 3": ("- existence: a\n  at_least: 3", "F(a & X F(a & X F a))", False),
    "absence 1": ("- absence: a", "!F a", True),
    "absence 2": ("- absence: a\n  fewer_than: 2", "!F(a & X F a)", True),
    "absence 3": ("- absence: a\n  fewer_than: 3", "!F(a & X F(a & X F a))", True),
    "exactly 1": ("- exactly: a", "F a & !F(a & X F a)", False),
    "exactly 2": ("- exactly: a\n  times: 2", "F(a & X F a) & !F(a & X F(a & X F a))", False),
    "init": ("- init: a", "a", False),
    "end": ("- end: a", "F(a & last)", False),
    "choice": ("- choice: [a, b]", "F a | F b", False),
    "exclusive choice": ("- exclusive_choice: [a, b]", "(F a | F b) & !(F a & F b)", False),
    "responded existence": ("- responded_existence: [a, b]", "F a -> F b", True),
    "co-existence": ("- co_existence: [a, b]", "F a <-> F b", True),
    "response": ("- response: [a, b]", "G(a -> F b)", True),
    "precedence": ("- precedence: [a, b]", "!b W a", True),
    "succession": ("- succession: [a, b]", "G(a -> F b) & (!b W a)", True),
    "alternate response": ("- alternate_response: [a, b]", "G(a -> X(!a U b))", True),
    "alternate precedence": ("- alternate_precedence: [a, b]", "(!b W a) & G(b -> WX(!b W a))", True),
    "alternate succession": (
        "- alternate_succession: [a, b]", "G(a -> X(!a U b)) & (!b W a) & G(b -> WX(!b W a))", True,
    ),
    "chain response": ("- chain_response: [a, b]", "G(a -> X b)", True),
    "chain precedence": ("- chain_precedence: [a, b]", "!b & G(X b -> a)", True),
    "chain succession": ("- chain_succession: [a, b]", "G(a -> X b) & !b & G(X b -> a)", True),
    "not responded existence": ("- not_responded_existence: [a, b]", "F a -> !F b", True),
    "not co-existence": ("- not_co_existence: [a, b]", "!(F a & F b)", True),
    "not response": ("- not_response: [a, b]", "G(a -> !F b)", True),
    "not precedence": ("- not_precedence: [a, b]", "G(F b -> !a)", True),
    "not succession": ("- not_succession: [a, b]", "G(a -> !F b) & G(F b -> !a)", True),
    "not chain response": ("- not_chain_response: [a, b]", "G(a -> !X b)", True),
    "not chain precedence": ("- not_chain_precedence: [a, b]", "G(X b -> !a)", True),
    "not chain succession": ("- not_chain_succession: [a, b]", "G(a -> !X b) & G(X b -> !a)", True),
}  # fmt: skip
"""Template -> what is written, its formula, and its value for a trace without events."""

UNLIKE_WHERE_ROLES_OVERLAP = {
    "alternate response": "an event that is both has itself as its b",
    "alternate precedence": "an event that is both has itself as its a",
    "alternate succession": "for both reasons",
}
"""Templates whose plain directions are reflexive here and strict there; equal on traces without such events."""

PATTERNS: dict[str, tuple[str, str, str]] = {
    "absence": ("- absence: p", "G !p", "!p W r"),
    "existence": ("- existence: p", "F p", "!r U (p & !r)"),
    "bounded existence": (
        "- bounded_existence: p\n  at_most: 2",
        "!F(p & X F(p & X F p))", "!(!r U (p & !r & X(!r U (p & !r & X(!r U (p & !r))))))",
    ),
    "universality": ("- universality: p", "G p", "p W r"),
    "precedence": ("- precedence: [s, p]", "!p W s", "!p W (s | r)"),
    "response": ("- response: [p, s]", "G(p -> F s)", "(p -> (!r U (s & !r))) W r"),
    "precedence chain 2-1": (
        "- precedence_chain: [[s, t], p]",
        "F p -> (!p U (s & !p & X(!p U t)))", "!p W (r | (s & !p & X(!p U t)))",
    ),
    "precedence chain 1-2": (
        "- precedence_chain: [p, [s, t]]",
        "F(s & X F t) -> (!s U p)", "!(s & !r & X(!r U (t & !r))) W (r | p)",
    ),
    "response chain 2-1": (
        "- response_chain: [[s, t], p]",
        "G((s & X F t) -> X F(t & F p))",
        "((s & X(!r U (t & !r))) -> X(!r U (t & !r & (!r U (p & !r))))) W r",
    ),
    "response chain 1-2": (
        "- response_chain: [p, [s, t]]",
        "G(p -> F(s & X F t))", "(p -> (!r U (s & !r & X(!r U (t & !r))))) W r",
    ),
    "constrained chain": (
        "- constrained_chain: [p, [s, t]]\n  without: z",
        "G(p -> F(s & !z & X(!z U t)))",
        "(p -> (!r U (s & !r & !z & X((!r & !z) U (t & !r))))) W r",
    ),
    "constrained response": (
        "- constrained_response: [p, s]\n  without: z",
        "G(p -> (!z U s))", "(p -> ((!r & !z) U (s & !r))) W r",
    ),
}  # fmt: skip
"""Pattern -> what is written, its formula on a whole segment, and on one that ends before the next r."""

_OPENED = "(q & !r & !Y(!r Since (q & !r)))"

SCOPES: dict[str, str] = {
    "globally": "",
    "before": "{before: r}",
    "after": "{after: q}",
    "between": "{from: q, to: r}",
    "after until": "{from: q, to: r, open_end: true}",
}
"""Scope -> what `within` takes."""


def closed(pattern: str, scope: str) -> str:
    """The formula of a pattern in a scope, on the whole trace."""
    _, whole, ended = PATTERNS[pattern]
    step = "X" if pattern == "existence" else "WX"
    return {
        "globally": whole,
        "before": f"F r -> ({ended})",
        "after": f"!q W (q & {step}({whole}))",
        "between": f"G(({_OPENED} & X F r) -> X({ended}))",
        "after until": f"G({_OPENED} -> {step}({ended}))",
    }[scope]
