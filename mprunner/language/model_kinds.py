"""The kinds of problem that a scenario's model has: shapes, fields, names, and what fits together."""

from __future__ import annotations

from mprunner.language.kinds import KINDS, register

__all__ = ["registered"]

_SHAPE = [
    (
        "wrong-type",
        "A value of another type than the field takes",
        """Each field takes one type of value, and nothing is converted: the text `"1"` is no number, `no` and `off` are
        texts, and a duration is a number of seconds. The message says what was expected and what was found.""",
    ),
    (
        "wrong-value",
        "A value that the field does not know",
        """The field takes one of a few words, or a value with more rules than a type has. The message lists what is
        possible.""",
    ),
    (
        "empty-value",
        "A key without a value",
        """Behind the colon stands nothing. Give the field a value or leave it out. Only the entries of `locks`, `queues`
        and the like may be empty (`lock:`): they take all their defaults.""",
    ),
    (
        "unknown-field",
        "A field that does not exist",
        """Unknown fields are always errors, because a misspelt field that is silently ignored would change what a
        scenario means. Keys at the outermost level that begin with `x-` are free for YAML anchors.""",
    ),
    (
        "missing-field",
        "A field is missing",
        """The mapping lacks something that it can't do without. The message names it.""",
    ),
    (
        "misplaced-field",
        "A field stands in the wrong place",
        """What an action takes stands under its verb: `- get: {queue: q, timeout: 1}`. Beside the verb stand only `into`,
        `label`, `raises` and `allow`; control verbs (`with`, `while`, `for`, `repeat`, `if`, `try`) have their blocks beside
        them. Promises have their modifiers beside them, where these make sense.""",
    ),
    (
        "bad-name",
        "A name that can't be one",
        """Declared names, variables and parameters are made of letters, digits and `_`, do not begin with a digit and are
        no words of Python, since expressions use them.""",
    ),
]

_STEPS = [
    (
        "unknown-step",
        "A verb that does not exist",
        """A step's verb is one of those of `multiprocessing` (`acquire`, `put`, `apply_async`, ...) or of Python's
        (`print`, `set`, `if`, ...). The nearest one is suggested, also for other words with the same meaning.""",
    ),
    (
        "missing-verb",
        "A step without a verb",
        """A step is a mapping with exactly one verb as key; this one has only what stands beside a verb.""",
    ),
    (
        "two-verbs",
        "Two verbs in one step",
        """A step has one verb. Where two steps were meant, the second needs a `- ` of its own.""",
    ),
    (
        "not-a-step",
        "Something that is no step",
        """A step is a mapping with one verb, such as `- acquire: lock`; only verbs that take nothing (`pass`, `break`,
        `continue`, `return`, `raise`) may stand as a bare word.""",
    ),
    (
        "unknown-exception",
        "An exception that does not exist",
        """`raise`, `raises`, `allow`, `except` and `exception` name built-in exceptions of Python and those of
        multiprocessing (`Empty`, `Full`, `ProcessError`, ...), without their module.""",
    ),
    (
        "bad-parameter",
        "Parameters that don't go together",
        """A target's `params` follow Python: names, then names with defaults (`{name: value}`), then `"*args"`, then
        `"**kwargs"`, each once.""",
    ),
]

_PROMISES = [
    (
        "not-a-promise",
        "Something that is no promise",
        """An item of `expect` is a mapping with one form (`sequence`, `precedence`, `count`, ...) and its modifiers.""",
    ),
    (
        "unknown-promise",
        "A form of promise that does not exist",
        """The forms are listed in the language reference; the nearest one is suggested.""",
    ),
    (
        "missing-form",
        "A promise without a form",
        """Only modifiers (`holds`, `why`, ...) stand here, nothing that could hold.""",
    ),
    (
        "two-forms",
        "Two forms in one promise",
        """A promise has one form. Where two promises were meant, the second needs a `- ` of its own.""",
    ),
    (
        "bad-pattern",
        "Not a regular expression",
        """`matches` takes a regular expression of Python, which has to be found in the text (`^` and `$`
        anchor it). It is best written in single quotes.""",
    ),
    (
        "bad-directive",
        "Not a directive of FileCheck",
        """`filecheck` takes a directive on each line (`CHECK: text`, `CHECK-NEXT:`, `CHECK-NOT:`, ...), blank lines, and comments
        that begin with `#`. FileCheck passes over a misspelt directive and then checks nothing; here it is an error.""",
    ),
    (
        "not-a-span",
        "A span is wanted here",
        """Whether things overlap can only be asked of spans, which have a begin and an end: the holds of a lock
        (`{hold: lock}`, or just `lock`), the tasks of a pool (`{task: po}`), a process's life (`{life: p}`), the calls of an
        operation (`{call: get}`). A plain matcher selects instants.""",
    ),
]

_NUMBERS = [
    (
        "bad-count",
        "A count that is none",
        """`count`, `replicas`, `maxsize`, `processes`, `maxtasksperchild` and `runs` take a whole number, or a text over the
        scenario's params such as `"{n}"` or `"{n + 1}"`; families have at least one member and at most 10,000.""",
    ),
    (
        "bad-matrix",
        "A matrix that stands for too much",
        """`matrix` makes one scenario for each combination of its values. The limit keeps a slip from starting thousands of
        runs.""",
    ),
]

_NAMES = [
    (
        "duplicate-name",
        "The same name declared twice",
        """Processes, objects, targets, globals and params share one namespace, because expressions, steps and promises name
        them alike.""",
    ),
    (
        "unknown-name",
        "A name that nothing has",
        """Names are resolved in this order: parameters and variables of the running target, `globals`, declared objects and
        processes, `params` and `matrix`, functions such as `getpid`. The nearest known name is suggested. A text in an
        expression needs quotes of its own: `"'itcast'"`.""",
    ),
    (
        "wrong-kind",
        "The wrong kind of object",
        """Verbs, methods and promises are for certain kinds of object, as they are in `multiprocessing`: a lock has no `put`.
        For a target's parameter the kind follows from what its callers pass.""",
    ),
    (
        "bad-index",
        "A family without index, or an index without family",
        """`count: N` and `replicas: N` make families, of which a step picks one: `fork[0]`, `fork[(i + 1) % n]`. Only `start`,
        `join`, `terminate`, `kill` and `close`, and promises, take a family as a whole.""",
    ),
    (
        "arguments",
        "Arguments that do not fit",
        """A target is called with other arguments than its `params` want; in Python this would be a `TypeError` in the
        child.""",
    ),
    (
        "misplaced-step",
        "A step in a place where it can't be",
        """`break` and `continue` stand in loops, a bare `raise` in an `except` block; `main` has nobody to return a value
        to.""",
    ),
    (
        "parent-cycle",
        "Processes that would create each other",
        """`parent` says which process creates a process; followed upwards it has to end at `main`.""",
    ),
    (
        "version",
        "Another version of mprunner is needed",
        """The scenario says under `requires` which versions can run it.""",
    ),
]

_MEANING = [
    (
        "impossible-matcher",
        "A matcher that nothing can match",
        """No step of the program can produce such an event, so that the promise says nothing: `absence` would always be
        kept, `existence` never. Usually a name, a text or an operation is misspelt.""",
    ),
    (
        "equal-instants",
        "A relation between spans that needs equal instants",
        """Each event has its own place in the record, so that two spans share an instant only where one event ends or
        begins both (the end of a call of `acquire` is the begin of the hold). `meets`, `starts`, `finishes`, `equals` and
        their inverses never hold between spans of different processes.""",
    ),
    (
        "unordered-output",
        "`output` although nothing orders the prints",
        """`output` compares all printed lines in the order of the record. That is only meaningful when the program forces
        their order: one process prints, or one after the other. Promise a `sequence` for each process instead, or write the
        order down as one of several: `holds: sometimes`.""",
    ),
    (
        "nothing-to-run",
        "A scenario that does nothing",
        """Without `main` the declared processes are started and joined; without processes too there is nothing to run.""",
    ),
    (
        "forgotten-braces",
        "A text that reads as an expression",
        """In `set`, `put`, `args` and the like a value is a text, of which only what stands in `{}` is computed: `set:
        {total: "total + item"}` makes `total` the text `total + item`. Give it braces: `"{total + item}"`.""",
    ),
    (
        "pattern-notation",
        "A regular expression in another notation",
        """A text in a matcher is compared as it stands. A regular expression is written `{matches: 'add\\d'}`, without
        slashes around it; it has to be found in the text, and `^` and `$` anchor it.""",
    ),
    (
        "unused-into",
        "A variable that is never read",
        """`into` puts a value into a variable that nothing reads. Leave `into` out, or give the variable a name that begins
        with `_`.""",
    ),
    (
        "unused-variable",
        "A variable of `for_each` that stands for nothing",
        """`for_each` judges a promise anew for each value that `$name` captures. Without that name in the promise's own
        matchers it would be the same promise each time.""",
    ),
    (
        "unused-object",
        "A declared thing that is never used",
        """Nothing refers to this declaration. A target that no process, pool or step runs, or a process that is never
        started, often means a misspelt name elsewhere.""",
    ),
]


def registered() -> None:
    """Enters the kinds of this module into `KINDS`, once."""
    if "wrong-type" not in KINDS:
        for group in (_SHAPE, _STEPS, _PROMISES, _NUMBERS, _NAMES, _MEANING):
            register(group)
