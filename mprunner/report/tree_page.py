"""A page that draws what was explored of a small scenario: a tree of schedules, its leaves grouped by outcome.

Nodes are the points where more than one thread was tried; a line is what one of them did until the next such point. It is one
file that needs nothing else, readable without scripts: a click on a leaf opens its lanes, the path to it is then drawn bold.
Outcomes have letters, which stand beside their leaves.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape
from typing import Literal

from mprunner.records import made, record

__all__ = ["Leaf", "Step", "tree_page"]

Mark = Literal["kept", "broken", "stuck", "open"]

_Letters = dict[tuple[str, Mark], str]
"""Outcome -> its letter."""
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#7f3c8d", "#555555")
"""Of processes, in turn: told apart by people who don't see all colours alike, and on paper."""
_SYMBOLS: dict[Mark, str] = {"kept": "✓", "broken": "✗", "stuck": "■", "open": "?"}
_WORDS: dict[Mark, str] = {
    "kept": "every promise is kept",
    "broken": "a promise is broken",
    "stuck": "nobody can go on",
    "open": "not judged",
}
_ACROSS, _DOWN, _MARGIN = 124, 28, 24
MOST_LEAVES = 400
"""More than that nobody reads: of a larger tree the first so many leaves are drawn, and how many there are is said."""


@record
class Step:
    """What one thread did in one step: its name, and a phrase, or several in lines."""

    thread: str
    text: str


@record
class Leaf:
    """One execution: its steps in order, what it came to (a short text), and how that is judged."""

    steps: tuple[Step, ...]
    outcome: str
    mark: Mark


@record(frozen=False)
class _Node:
    """A point where executions part. `steps` lead to it from the node before; a leaf has its number."""

    steps: tuple[Step, ...]
    children: list[_Node] = made(factory=list)
    leaf: int | None = None
    depth: int = 0
    row: float = 0.0


def tree_page(name: str, path: str, leaves: Sequence[Leaf], *, told: str, total: int | None = None) -> str:
    """HTML of the whole page. `told` says in a sentence what was explored; `total` is how many executions there are, where
    that is more than `leaves`.
    """
    shown = list(leaves[:MOST_LEAVES])
    everything = len(leaves) if total is None else total
    left_out = everything - len(shown)
    order = sorted(
        range(len(shown)), key=lambda number: [(step.thread, step.text) for step in shown[number].steps]
    )
    root = _tree([(number, shown[number]) for number in order])
    threads = list(dict.fromkeys(step.thread for leaf in shown for step in leaf.steps))
    colours = {thread: _COLOURS[number % len(_COLOURS)] for number, thread in enumerate(threads)}
    letters = {
        outcome: _letter(place)
        for place, outcome in enumerate(dict.fromkeys((leaf.outcome, leaf.mark) for leaf in shown))
    }
    more = f" Drawn are the first {len(shown):,}; {left_out:,} more are not." if left_out > 0 else ""
    parts = [
        _HEAD.replace("TITLE", escape(f"{name}: every interleaving")),
        f"<h1>{escape(name)}</h1><p><code>{escape(path)}</code> · {escape(told)}{escape(more)}</p>",
        _legend(colours, {leaf.mark for leaf in shown}),
        '<div class="columns"><div class="tree">',
        _drawing(root, shown, colours, letters),
        '</div><div class="side">',
        _groups(shown, letters),
        *(_lanes(number, leaf, threads, colours) for number, leaf in enumerate(shown)),
        "</div></div>",
        _SCRIPT,
        "</body></html>\n",
    ]
    return "\n".join(parts)


def _tree(leaves: Sequence[tuple[int, Leaf]]) -> _Node:
    """The leaves as a tree; they come sorted by their steps."""
    root = _Node(())
    _grow(root, leaves, 0)
    _place(root, 0, [0])
    return root


def _grow(node: _Node, leaves: Sequence[tuple[int, Leaf]], done: int) -> None:
    """Hangs `leaves` below `node`, all of which have the same first `done` steps."""
    groups: dict[Step | None, list[tuple[int, Leaf]]] = {}
    for number, leaf in leaves:
        step = leaf.steps[done] if len(leaf.steps) > done else None
        groups.setdefault(step, []).append((number, leaf))
    for step, group in groups.items():
        if step is None:
            node.children += [_Node((), leaf=number) for number, _leaf in group]
            continue
        length = _in_common([leaf.steps for _number, leaf in group], done)
        child = _Node(group[0][1].steps[done:length])
        node.children.append(child)
        if len(group) == 1:
            child.leaf = group[0][0]
        else:
            _grow(child, group, length)


def _in_common(all_steps: Sequence[Sequence[Step]], done: int) -> int:
    """How many first steps all have, at least `done + 1`."""
    length = done
    shortest = min(len(steps) for steps in all_steps)
    while length < shortest and all(steps[length] == all_steps[0][length] for steps in all_steps):
        length += 1
    return length


def _place(node: _Node, depth: int, rows: list[int]) -> None:
    """Puts each node in the middle of its leaves, which stand below one another; `rows` has how many there are so far."""
    node.depth = depth
    if not node.children:
        node.row = rows[0]
        rows[0] += 1
        return
    for child in node.children:
        _place(child, depth + 1, rows)
    node.row = (node.children[0].row + node.children[-1].row) / 2


def _letter(number: int) -> str:
    """A, B, ..., Z, AA, AB, ..."""
    before, place = divmod(number, 26)
    return (_letter(before - 1) if before else "") + chr(ord("A") + place)


def _drawing(root: _Node, leaves: Sequence[Leaf], colours: dict[str, str], letters: _Letters) -> str:
    lines: list[str] = []
    dots: list[str] = []
    deepest = _draw(root, leaves, colours, letters, lines, dots)
    width = 2 * _MARGIN + deepest * _ACROSS + 40
    height = 2 * _MARGIN + max(len(leaves) - 1, 0) * _DOWN
    view = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {view} role="img">{"".join(lines)}{"".join(dots)}</svg>'


def _draw(
    node: _Node,
    leaves: Sequence[Leaf],
    colours: dict[str, str],
    letters: _Letters,
    lines: list[str],
    dots: list[str],
) -> int:
    """Draws what is below `node`; gives the depth of the deepest leaf."""
    x, y = _spot(node)
    deepest = node.depth
    for child in node.children:
        to_x, to_y = _spot(child)
        first = child.steps[0].thread if child.steps else ""
        below = " ".join(f"l{number}" for number in _leaves_below(child))
        told = (f"{step.thread}: {step.text}" for step in child.steps)
        words = "&#10;".join(escape(each.replace("\n", ", ")) for each in told)
        bend = x + _ACROSS * 0.35
        lines.append(
            f'<path class="line {below}" d="M{x},{y} C{bend},{y} {bend},{to_y} {to_x},{to_y}" '
            f'stroke="{colours.get(first, "#999999")}"><title>{words}</title></path>'
        )
        if child.steps:
            lines.append(
                f'<text class="step" x="{to_x - 14}" y="{to_y - 5}">{escape(_label(child.steps[0].text))}</text>'
            )
        deepest = max(deepest, _draw(child, leaves, colours, letters, lines, dots))
    if node.leaf is not None:
        leaf = leaves[node.leaf]
        dots.append(
            f'<a href="#leaf{node.leaf}" class="leaf {leaf.mark}" data-leaf="{node.leaf}"><circle cx="{x}" cy="{y}" r="9"/>'
            f'<text class="symbol" x="{x}" y="{y + 4}">{_SYMBOLS[leaf.mark]}</text>'
            f'<text x="{x + 14}" y="{y + 4}">{letters[leaf.outcome, leaf.mark]}</text>'
            f"<title>{escape(leaf.outcome)}</title></a>"
        )
    else:
        dots.append(f'<circle class="node" cx="{x}" cy="{y}" r="3"/>')
    return deepest


def _spot(node: _Node) -> tuple[float, float]:
    return _MARGIN + node.depth * _ACROSS, _MARGIN + node.row * _DOWN


def _leaves_below(node: _Node) -> list[int]:
    if node.leaf is not None:
        return [node.leaf]
    return [number for child in node.children for number in _leaves_below(child)]


def _label(text: str, most: int = 19) -> str:
    """The first of the lines, cut where it is too long for its place."""
    text = text.partition("\n")[0]
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _legend(colours: dict[str, str], used: Collection[Mark]) -> str:
    threads = "".join(
        f'<span><i style="background:{colour}"></i>{escape(thread)}</span>'
        for thread, colour in colours.items()
    )
    marks = "".join(
        f'<span class="{mark}">{_SYMBOLS[mark]} {words}</span>'
        for mark, words in _WORDS.items()
        if mark in used
    )
    hint = "A click on a leaf opens its lanes; the letter is that of its outcome."
    return f'<p class="legend">{threads} {marks}</p><p>{hint}</p>'


def _groups(leaves: Sequence[Leaf], letters: _Letters) -> str:
    """The outcomes, each with its leaves."""
    groups: dict[tuple[str, Mark], list[int]] = {}
    for number, leaf in enumerate(leaves):
        groups.setdefault((leaf.outcome, leaf.mark), []).append(number)
    rows = []
    for (outcome, mark), numbers in groups.items():
        links = " ".join(f'<a href="#leaf{n}" class="leaf" data-leaf="{n}">{n + 1}</a>' for n in numbers)
        rows.append(
            f'<tr data-leaves="{" ".join(map(str, numbers))}"><td class="{mark}">{_SYMBOLS[mark]}&nbsp;'
            f"{letters[outcome, mark]}</td><td>{escape(outcome)}</td>"
            f"<td>{len(numbers):,}</td><td>{links}</td></tr>"
        )
    head = "<tr><th></th><th>outcome</th><th>executions</th><th>which</th></tr>"
    return f'<table class="outcomes">{head}{"".join(rows)}</table>'


def _lanes(number: int, leaf: Leaf, threads: Sequence[str], colours: dict[str, str]) -> str:
    """One execution: a column for each thread, time downwards."""
    used = [thread for thread in threads if any(step.thread == thread for step in leaf.steps)]
    head = "".join(f'<th style="color:{colours[thread]}">{escape(thread)}</th>' for thread in used)
    rows = []
    before = ""
    for place, step in enumerate(leaf.steps):
        switch = ' class="switch"' if before and before != step.thread else ""
        before = step.thread
        text = "".join(f"<div>{escape(phrase)}</div>" for phrase in step.text.split("\n"))
        cells = "".join(f"<td>{text if thread == step.thread else ''}</td>" for thread in used)
        rows.append(f"<tr{switch}><th>{place + 1}</th>{cells}</tr>")
    return (
        f'<section id="leaf{number}" class="lanes"><h2>execution {number + 1}: {_SYMBOLS[leaf.mark]} '
        f"{escape(leaf.outcome)}</h2><table><tr><th></th>{head}</tr>{''.join(rows)}</table></section>"
    )


_HEAD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>TITLE</title>
<meta name="viewport" content="width=device-width">
<style>
body { font: 14px/1.5 system-ui, sans-serif; margin: 1.5rem; color: #222; background: #fff; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1rem; }
.legend span { margin-right: 1.2em; white-space: nowrap; }
.legend i { display: inline-block; width: .9em; height: .9em; border-radius: 2px; margin-right: .35em;
  vertical-align: -.1em; }
.columns { display: flex; gap: 2rem; align-items: flex-start; }
.tree { flex: 0 1 auto; min-width: 0; overflow: auto; max-height: 88vh; }
.side { flex: 1 0 min(30rem, 48%); position: sticky; top: 1rem; max-height: 88vh; overflow: auto; }
@media (max-width: 800px) { .columns { display: block; } .tree, .side { max-height: none; position: static; } }
svg text { font: 12px system-ui, sans-serif; fill: #222; }
svg text.step { font-size: 10px; fill: #555; text-anchor: end; stroke: #fff; stroke-width: 3px; paint-order: stroke; }
svg text.symbol { text-anchor: middle; fill: #fff; font-size: 11px; }
.line { fill: none; stroke-width: 1.6; opacity: .75; }
.line.on { stroke-width: 4; opacity: 1; } .node { fill: #888; }
svg .kept circle { fill: #2e7d32; } svg .broken circle { fill: #c62828; }
svg .stuck circle { fill: #6a1b9a; } svg .open circle { fill: #757575; }
.kept { color: #2e7d32; } .broken { color: #c62828; } .stuck { color: #6a1b9a; } .open { color: #757575; }
table { border-collapse: collapse; } td, th { padding: .15rem .6rem; text-align: left; vertical-align: top; font-weight: normal; }
.lanes { display: none; } .lanes:target, .lanes.on { display: block; }
.lanes td { font-family: ui-monospace, monospace; font-size: 12px; border-left: 1px solid #ddd; } .lanes th { color: #888; }
.lanes td div { padding-left: 1em; text-indent: -1em; }
.lanes tr.switch td, .lanes tr.switch th { border-top: 1px solid #bbb; }
.outcomes td a { margin-right: .3em; }
@media (prefers-color-scheme: dark) {
  body { background: #1b1b1b; color: #ddd; } svg text { fill: #ddd; } svg text.step { fill: #aaa;
  stroke: #1b1b1b; } a { color: #8ab4f8; }
  .kept { color: #66bb6a; } .broken { color: #ef5350; } .stuck { color: #ce93d8; } .lanes td { border-color: #444; } }
</style></head><body>"""

_SCRIPT = """<script>
function show() {
  var leaf = location.hash.replace("#leaf", "");
  document.querySelectorAll(".line").forEach(function (line) {
    line.classList.toggle("on", line.classList.contains("l" + leaf));
  });
}
addEventListener("hashchange", show); show();
document.querySelectorAll("tr[data-leaves]").forEach(function (row) {
  var leaves = row.dataset.leaves.split(" ");
  row.addEventListener("mouseenter", function () {
    document.querySelectorAll(".line").forEach(function (line) {
      line.classList.toggle("on", leaves.some(function (leaf) { return line.classList.contains("l" + leaf); }));
    });
  });
  row.addEventListener("mouseleave", show);
});
</script>"""
