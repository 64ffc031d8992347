"""One small example for each verb and each form of promise, as the reference and the editors' completion show it."""

from __future__ import annotations

__all__ = ["CLASSIC_EXAMPLES", "COMPOSED_EXAMPLES", "FORM_EXAMPLES", "PROMISE_EXAMPLES", "VERB_EXAMPLES"]

VERB_EXAMPLES: dict[str, str] = {
    "start": "- start: p1",
    "join": "- join: {process: p1, timeout: 2}\n  into: ended",
    "run": "- run: p1",
    "terminate": "- terminate: p1",
    "kill": "- kill: p1",
    "close": "- close: po",
    "put": '- put: {queue: q, item: "{letter}"}',
    "put_nowait": "- put_nowait: {queue: q, item: 1}\n  raises: Full",
    "get": "- get: q\n  into: letter",
    "get_nowait": "- get_nowait: q\n  into: letter\n  allow: Empty",
    "join_thread": "- join_thread: q",
    "cancel_join_thread": "- cancel_join_thread: q",
    "task_done": "- task_done: jobs",
    "acquire": "- acquire: {lock: lock, timeout: 1}\n  into: taken",
    "release": "- release: lock",
    "wait": "- wait: {event: go, timeout: 1}\n  into: was_set",
    "wait_for": "- wait_for: {condition: changed, predicate: not q.empty()}",
    "notify": "- notify: {condition: changed, n: 2}",
    "notify_all": "- notify_all: changed",
    "clear": "- clear: go",
    "reset": "- reset: meeting",
    "abort": "- abort: meeting",
    "apply": "- apply: {pool: po, func: work, args: [1]}\n  into: value",
    "apply_async": "- apply_async: {pool: po, func: work, args: [1]}\n  into: result",
    "shutdown": "- shutdown: manager",
    "print": '- print: "got {letter}"',
    "sleep": "- sleep: {from: 0, to: 2}",
    "choose": "- choose: {from: [1, 2, 3]}\n  into: x",
    "set": '- set: {x: "{x + 1}", done: true}',
    "append": '- append: {list: nums, item: "{i}"}',
    "remove": "- remove: {list: nums, item: 1}",
    "update": "- update: {mapping: ages, items: {ann: 30}}",
    "call": "- call: {target: work, args: [1]}\n  into: value",
    "create": "- create: q",
    "del": "- del: lock",
    "raise": "- raise: {ValueError: no such letter}",
    "return": '- return: "{x + 1}"',
    "assert": "- assert: x == 2",
    "pass": "- pass",
    "break": "- break",
    "continue": "- continue",
    "with": "- with: lock\n  steps:\n    - print: inside",
    "if": "- if: x > 1\n  then:\n    - print: many\n  else:\n    - print: one",
    "while": "- while: not q.empty()\n  steps:\n    - get: q\n      into: letter",
    "for": '- for: letter\n  in: [A, B, C]\n  steps:\n    - put: {queue: q, item: "{letter}"}',
    "repeat": "- repeat: 3\n  steps:\n    - print: again",
    "try": "- try:\n    - get_nowait: q\n      into: letter\n  except:\n    Empty:\n      - print: nothing there",
}

FORM_EXAMPLES: dict[str, str] = {
    "count": "- count: {op: print, process: p1}\n  exactly: 3",
    "each": "- each: {op: task_start, pool: po}\n  has: {op: task_end, pool: po}\n  bind: [task]\n  within_ms: 500",
    "sequence": "- sequence: [first, {any_order: [left, right]}, {gap_without: oops}, {times: 2, of: again}]",
    "precedence": "- precedence: [first, second]",
    "response": "- response: [{op: put, object: q}, {op: get, object: q}]",
    "happens_before": "- happens_before: [{op: put, object: q}, {op: get, object: q}]",
    "absence": "- absence: {op: print, process: p2}",
    "existence": "- existence: done",
    "mutual_exclusion": "- mutual_exclusion: lock",
    "max_parallel": "- max_parallel: {of: {task: po}, at_most: 3}",
    "open": "- open: {task: po}\n  at_least: 2\n  holds: sometimes",
    "closed": "- closed: {hold: lock}",
    "no_interleaving": "- no_interleaving: {of: {op: print}, inside: {hold: lock}}",
    "fifo": "- fifo: q\n  order: per_producer",
    "exactly_once": "- exactly_once: q",
    "output": "- output: |\n    first\n    second",
    "exitcodes": "- exitcodes: {p1: 0, p2: -15}",
    "variables": "- variables: {p1: {num: 2}}",
    "exception": "- exception: {process: p1, type: ValueError, text: boom}",
    "deadlock": "- deadlock: {}\n  holds: sometimes",
    "hangs": "- hangs: {waiting: {reader: {op: get, object: q}}, diagnosis: nothing-put}",
}


CLASSIC_EXAMPLES: dict[str, str] = {
    "exactly": "- exactly: done\n  times: 2",
    "bounded_existence": "- bounded_existence: {op: put, object: q}\n  at_most: 3",
    "choice": "- choice: [left, right, {op: exit, process: p1, exitcode: 1}]",
    "precedence_chain": "- precedence_chain: [[first, second], third]",
    "response_chain": "- response_chain: [first, [second, third]]",
    "constrained_chain": "- constrained_chain: [first, [second, third]]\n  without: {op: put, object: q}",
    "constrained_response": "- constrained_response: [first, second]\n  without: {op: put, object: q}",
    "init": "- init: first\n  among: {op: print}",
    "end": "- end: second\n  among: {op: print}",
    "universality": "- universality: {process: [p1, p2]}\n  among: {op: print}",
    "exclusive_choice": "- exclusive_choice: [first, second]",
    "responded_existence": "- responded_existence: [first, second]",
    "co_existence": "- co_existence: [first, second]",
    "succession": "- succession: [first, second]",
    "alternation": "- alternation: [first, second]",
    "alternate_response": "- alternate_response: [first, second]",
    "alternate_precedence": "- alternate_precedence: [first, second]",
    "alternate_succession": "- alternate_succession: [first, second]",
    "chain_response": "- chain_response: [first, second]",
    "chain_precedence": "- chain_precedence: [first, second]",
    "chain_succession": "- chain_succession: [first, second]",
    "not_responded_existence": "- not_responded_existence: [first, second]",
    "not_co_existence": "- not_co_existence: [first, second]",
    "not_response": "- not_response: [first, second]",
    "not_precedence": "- not_precedence: [first, second]",
    "not_succession": "- not_succession: [first, second]",
    "not_chain_response": "- not_chain_response: [first, second]",
    "not_chain_precedence": "- not_chain_precedence: [first, second]",
    "not_chain_succession": "- not_chain_succession: [first, second]",
    "lifo": "- lifo: q\n  holds: never",
    "at_most_once": "- at_most_once: q",
    "at_least_once": "- at_least_once: q",
    "nothing_invented": "- nothing_invented: q",
}

COMPOSED_EXAMPLES: dict[str, str] = {
    "pair": (
        "- pair: {put: {op: put, object: q}, get: {op: get, object: q}, by: item}\n"
        "  order: per_producer\n  each_put: exactly_once\n  within_ms: 500"
    ),
    "span": "- span: {life: p1}\n  relation: during\n  to: {life: main}",
    "bounded_overtaking": (
        "- bounded_overtaking: {request: {op: acquire, object: lock, at: begin}, "
        "grant: {op: acquire, object: lock}, at_most: 2}"
    ),
    "linearizable": "- linearizable: {object: q, model: queue}",
    "no_races": "- no_races: v",
    "filecheck": "- filecheck: |\n    CHECK: first\n    CHECK-NEXT: second\n    CHECK-NOT: {{error|oops}}",
    "outcomes": "- outcomes: {of: [p1.num, {exitcode: p2}], expected: [[2, 1]], allowed: [[1, 1]]}",
    "all_of": "- all_of:\n    - precedence: [first, second]\n    - absence: third",
    "any_of": "- any_of:\n    - sequence: [first, second]\n    - absence: first",
    "not": "- not: {sequence: [second, first]}",
    "if": "- if: {existence: first}\n  then: {existence: second}",
}

PROMISE_EXAMPLES: dict[str, str] = {**FORM_EXAMPLES, **COMPOSED_EXAMPLES, **CLASSIC_EXAMPLES}
"""Those of everything that can stand under `expect`."""
