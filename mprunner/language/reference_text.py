"""The prose of `docs/language.md`; the tables between it come from the models."""

from __future__ import annotations

__all__ = ["CLASSIC_NAMES", "EXPRESSIONS", "FIELD_KINDS", "HEAD", "MATCHERS", "STEPS"]

HEAD = """# The scenario language

A scenario is a YAML file: what there is (processes, queues, locks, pools and more), what each process does, and what is
promised of it. Names and parameters are those of `multiprocessing`. This page is generated from the tables that the
validator uses; fields in **bold** are needed.

```yaml
name: hello
queues:
  q: {}
targets:
  write:
    params: [word]
    steps:
      - put: {queue: q, item: "{word}!"}
processes:
  p: {target: write, args: [hello]}
main:
  - start: p
  - get: q
    into: word
  - print: "got {word}"
  - join: p
expect:
  - output: got hello!
  - exitcodes: {p: 0}
```

YAML is read strictly, by the core schema of YAML 1.2: only `true` and `false` are booleans, `0755`, `1:30` and
`2024-01-02` are no numbers or dates, equal keys, tags and unused anchors are errors. A text with `: `, ` #`, braces
or a special character at its beginning goes into quotes. `docs/errors.md` has every mistake that is recognised.

- **Without `main`** all processes start in declared order and are joined in it; those with a `parent` are that
  process's affair.
- **Objects are created by `main`** before its first step: managers, then the others in the order of the file (but what
  is made with a declared lock after all that is not), then pools; one with `create: later` by a `create` step.
- **Events of multiprocessing are declared under `flags`**, for `events` are what promises speak of: `flags: {go: {}}`,
  and then `- set: go`, `- wait: go`, `go.is_set()`.
- **Values and arrays** are memory that processes share: `v.value`, `buf[i]`, `buf[1:3]` in an expression read it, in `set` they
  write it. Each is one step of its own, which takes the object's lock, if it has one, for itself alone.
- **Every process sees the declared objects**; what is passed in `args` of a pool's task is really pickled.
- **`globals` are module-level variables**: a forked child starts with a copy of the current value, a spawned one with
  the initial one.
- **Families**: `replicas: N` makes processes `p[0]`, `p[1]`, ... (with `index` in scope in their `args` and
  `kwargs`), `count: N` locks, queues, values and the like. A family's name alone selects all its members, in `start`, `join`,
  `terminate`, `kill`, `close`, in promises and matchers.
- **One namespace**: processes, objects, targets, globals and params have different names. In a target its own
  variables and parameters come first, then globals, declared things, params, functions.
- **Durations are seconds**. `--time-scale` shrinks sleeps and timeouts of steps; `timeout` and `ends` never scale.
- **`x-...` keys** at the outermost level are free, for YAML anchors.
"""

FIELD_KINDS = """## Kinds of field

- A **text** is an f-string: `"add{value}:num={num:03}"`. Exactly one `"{expression}"` keeps its type, `{{` is a
  brace. Numbers, booleans, null, lists and mappings of YAML are taken as such, with f-strings in them.
- An **expression** is bare: `x > 1 and not q.empty()`. A text in it has quotes of its own: `"'itcast'"`.
- A **reference** names a declared thing or a variable, bare: `lock`, `fork[(i + 1) % n]`. What `set` assigns to is
  one too.
- A **count** is a whole number, or a text over `params`: `"{n + 1}"`.
- A **literal text** has no interpolation: all texts under `expect` are literal, but for `$name` beside `for_each`.
"""

STEPS = """## Steps

A step is a mapping with one verb. What the verb takes stands under it, under the names of the method's own
parameters; where one field is obvious, its value may stand alone (`- acquire: lock`). Control verbs have their blocks
beside them. Verbs that take nothing may be a bare word (`- pass`). Beside every verb may stand:
"""

CLASSIC_NAMES = """## Classic names

The names of DECLARE and of the specification patterns of Dwyer, Avrunin and Corbett. Each is short for `count` and
`each` and takes the same modifiers; [All promises](promises.md) has what each means, with examples.
"""

MATCHERS = """## Matchers

A text alone selects a printed line; a mapping selects events by fields, all of which must fit. A field takes a value,
a list of values, `{matches: regex}` (found anywhere in the text; `^` and `$` anchor it), `{not: value}`, or `{equals:
value}` for a list or mapping as such; `any_of` and `none_of` take lists of matchers. Only operations that succeeded
are selected, others on purpose: `raised`, `refused`, `unfinished`. Without `at`, what an operation gives stands at
its begin, what it takes at its end. Processes are `main`, declared ones (`p`, `phil[0]`), a pool's workers (`po[1]`,
all of them `po`); tasks are `po.work[4]`: pool, target, number of submission. A matcher that no event of the program
can match is an error.
"""

EXPRESSIONS = """## Expressions

A safe part of Python: numbers, texts, lists, tuples, sets and mappings, arithmetic, comparisons, `and`, `or`, `not`,
`a if b else c`, subscripts and slices (of an array they read shared memory, and so do `in`, `for`, `len`, `list`, `sum`, `max`
and the like: cell by cell, from the left). No comprehensions, no assignments, no attributes but those below; size, powers
and repetition are bounded.
"""
