"""The kinds of diagnostics, each with a title and an explanation. ``docs/errors.md`` is generated from this table.

A kind's name is what stands in brackets at the end of a message's first line; it is stable, people grep for it.
"""

from __future__ import annotations

from collections.abc import Iterable

from mprunner.records import record

__all__ = ["KINDS", "Kind", "register"]


@record
class Kind:
    """A kind of problem: its name, a short title, and what an author should know about it (Markdown)."""

    name: str
    title: str
    explanation: str


KINDS: dict[str, Kind] = {}


def register(kinds: Iterable[tuple[str, str, str]]) -> None:
    """Adds kinds, each as name, title and explanation. Raises ``ValueError`` for a name that is taken."""
    for name, title, explanation in kinds:
        if name in KINDS:
            raise ValueError(f"kind of diagnostic registered twice: {name!r}")
        KINDS[name] = Kind(name, title, " ".join(explanation.split()))


_FILES = [
    (
        "unreadable-file",
        "The file can't be read",
        """There is no such file, it is a directory, or you are not allowed to read it. For a missing file the
        nearest names in its folder are shown.""",
    ),
    (
        "file-too-large",
        "The file is too large",
        """A scenario is about one page; files above 1 MiB are refused before they are read. Often this is another
        file than the one that was meant: a log, a recording, a dump.""",
    ),
    (
        "not-utf-8",
        "The file is not UTF-8",
        """Scenarios are UTF-8 text, with or without a byte order mark. Editors on Windows may save UTF-16 or a local
        encoding such as GBK; save the file again as UTF-8. The message names the first byte that does not fit.""",
    ),
    (
        "recording",
        "The file is a recording",
        """`mprun --record FILE` writes what happened in a run, for `mprun show FILE` and
        `mprun check SCENARIO FILE`. Only a scenario can be run or validated.""",
    ),
    (
        "empty-file",
        "The file has no content",
        """The file is empty, or has nothing but comments in it. `mprun new NAME` writes a scenario to start from.""",
    ),
]

_CHARACTERS = [
    (
        "control-character",
        "A character that no text file should have",
        """Control characters and the line separators U+0085, U+2028 and U+2029 are invisible and are read differently
        by different programs. To put one into a text, write it as an escape in double quotes: `"\\x1b"`,
        `"\\u2028"`.""",
    ),
    (
        "tab",
        "A tab where YAML wants spaces",
        """YAML is indented with spaces only, since tabs are of no fixed width. Replace each tab by spaces; most
        editors can do that for a whole file.""",
    ),
    (
        "full-width",
        "Full-width punctuation where YAML needs ASCII",
        """Chinese and Japanese input methods write `：`, `，`, `“` where `:`, `,`, `"` are needed, and in many fonts
        the difference is hardly seen. They are ordinary letters to YAML, so that the mistake often shows only on the
        next line. Inside texts full-width punctuation is fine.""",
    ),
    (
        "odd-space",
        "A space that is not a plain space",
        """No-break spaces (U+00A0), ideographic spaces (U+3000) and zero-width spaces look like spaces or like nothing,
        but YAML takes them for letters. They come with text that was copied from a web page, or from an input method.
        Replace them by plain spaces; one that belongs to a text goes into quotes.""",
    ),
]

_SYNTAX = [
    (
        "yaml-syntax",
        "The text is not YAML",
        """What stands here can't be read as YAML, and none of the usual mistakes was recognised. Look at the place and
        at the line above it: quotes, brackets, colons, indentation.""",
    ),
    (
        "bad-indent",
        "The indentation does not fit",
        """Entries of one mapping and items of one list begin in the same column, and what belongs to an entry is
        indented further. This line fits to none of the lines above it.""",
    ),
    (
        "missing-space",
        "No space after the colon",
        """`a:1` is a text of three letters to YAML, not a key and a value. Write `a: 1`.""",
    ),
    (
        "missing-colon",
        "A line without a colon among keys",
        """In a mapping each line is `key: value`. This one has no colon, or a colon that is part of a word.""",
    ),
    (
        "missing-comma",
        "A comma is missing between braces or brackets",
        """Between the entries of `{a: 1, b: 2}` and the items of `[1, 2]` stands a comma, and a text that has `: ` in it
        must be quoted there.""",
    ),
    (
        "unclosed-bracket",
        "A bracket or brace is never closed",
        """The list or mapping that begins here has no `]` or `}` at its end, or another one in between that closes
        it.""",
    ),
    (
        "unclosed-quote",
        "A quotation mark is never closed",
        """The text that begins with this quotation mark goes on to the end of the file. Inside single quotes an
        apostrophe is written twice: `'it''s'`.""",
    ),
    (
        "text-after-value",
        "Something stands behind a finished value",
        """A value that begins with a quotation mark, a bracket or a brace ends where that is closed, and nothing may
        follow on the line. For an expression such as `"a" == x` quote the whole: `'"a" == x'`. Inside single quotes
        an apostrophe is written twice.""",
    ),
    (
        "colon-in-text",
        "A text with a colon must be quoted",
        """A colon followed by a space separates a key from a value, wherever it stands. A text that contains one goes
        into quotes: `print: "got: 3"`.""",
    ),
    (
        "quote-needed",
        "A text that begins with a special character must be quoted",
        """The characters `*`, `&`, `!`, `%`, `@`, the backtick, `|`, `>`, `,`, `]`, `}`, and `-`, `?` or `:` followed by
        a space, mean something to YAML at the beginning of a value. Put such a text into quotes:
        `print: "*** done"`.""",
    ),
    (
        "unquoted-brace",
        "Braces without quotes are a mapping",
        """`print: {x}` is a *mapping* with the key `x` to YAML, and not the text with the value of `x` in it. Texts with
        braces are quoted: `print: "{x}"`.""",
    ),
    (
        "unquoted-index",
        "An indexed name must be quoted between braces or brackets",
        """In `{acquire: fork[0]}` YAML sees a list begin in the middle of a text. Quote the name there:
        `{acquire: "fork[0]"}`. On a line of its own, `acquire: fork[0]`, it needs no quotes.""",
    ),
    (
        "unknown-escape",
        "A backslash in double quotes begins an escape",
        """In double quotes `\\n`, `\\t`, `\\x41` and a few more are escapes, and anything else behind a backslash is an
        error. Patterns are best written in single quotes, where a backslash is a backslash: `'add\\d'`.""",
    ),
    (
        "misplaced-dash",
        "A list can't begin on the line of its key",
        """The items of a list stand below their key, each on a line of its own; on the key's line only the form
        `[a, b]` is possible. A text that begins with `- ` must be quoted.""",
    ),
    (
        "comment-cuts-text",
        "The rest of the text is a comment",
        """A space and a `#` begin a comment, so that `print: item #1` prints `item`. Quote the text if the `#` belongs
        to it, or move the comment to a line of its own.""",
    ),
]

_STRUCTURE = [
    (
        "several-documents",
        "More than one document in a file",
        """A line `---` begins another YAML document. There is one scenario in a file; variants of one are written with
        `matrix:`.""",
    ),
    (
        "directive",
        "YAML directives are not used",
        """A line that begins with `%` before the content is a directive to the YAML reader. Scenarios have none: leave
        it out.""",
    ),
    (
        "tag",
        "YAML tags are not used",
        """A value that begins with `!` names a type for YAML to construct, which is a way to run code on loading and
        is never needed here. Quote a text that begins with `!`; in an expression write `not x` for `!x`.""",
    ),
    (
        "not-a-mapping",
        "The file is not a mapping of keys",
        """A file of mprunner consists of `key: value` lines at its outermost level (`name:`, `processes:`, ...), not
        of a list or a single text.""",
    ),
    (
        "duplicate-key",
        "The same key twice in a mapping",
        """Most YAML readers silently keep the last of two equal keys. Here both places are shown: remove or rename
        one.""",
    ),
    (
        "key-not-text",
        "A key that is not a text",
        """Keys are names. YAML also allows numbers, `true`, `null`, lists and mappings as keys; a name that looks like
        one of these must be quoted: `"1": x`.""",
    ),
    (
        "leading-zero",
        "A number with a leading zero",
        """Some YAML readers take `0755` for an octal number, others for a decimal one or a text. Write `755` or `0o755`
        for a number, or quote it for a text.""",
    ),
    (
        "number-out-of-range",
        "A number that is too large",
        """The number has hundreds of digits, or as a decimal fraction is beyond what a float can hold (about 1.8e308).
        Quote it if it is meant as a text.""",
    ),
    (
        "too-deep",
        "Nested too deeply",
        """Lists and mappings stand inside each other more than 100 deep, aliases included. Move parts of it into
        targets of their own and `call` them.""",
    ),
]

_ALIASES = [
    (
        "unknown-alias",
        "An alias without its anchor",
        """`*name` repeats what was marked `&name` further up in the file; there is no such mark. A text that begins
        with `*` must be quoted.""",
    ),
    (
        "unused-anchor",
        "An anchor that nothing refers to",
        """`&name` marks a value so that `*name` can repeat it below; nothing does. Usually a text that begins with `&`
        was meant, and must be quoted: without quotes its first word is silently lost.""",
    ),
    (
        "duplicate-anchor",
        "The same anchor twice",
        """Two values are marked with the same `&name`, so that a later `*name` is ambiguous for people. Give them
        different names.""",
    ),
    (
        "recursive-alias",
        "A value that contains itself",
        """The alias stands inside the value that it repeats, which would never end.""",
    ),
    (
        "alias-expansion",
        "Aliases expand to too much",
        """Written out, the aliases of this file give more than 100,000 values. A few lines of aliases to aliases can
        stand for billions, so there is a limit.""",
    ),
    (
        "decimal-comma",
        "A comma in a number",
        """Numbers have a decimal point: `timeout: 0.1`. Between braces a comma ends the entry, so that `{timeout: 0,1}` is
        `timeout: 0` and a key `1`.""",
    ),
    (
        "bad-merge",
        "`<<` takes a mapping",
        """`<<: *name` puts the entries of another mapping here, those already present stay as they are. Its value is an
        alias to a mapping, or a list of such aliases.""",
    ),
]

_EXPRESSIONS = [
    (
        "expression-syntax",
        "This is not a Python expression",
        """Expressions are Python's: names, numbers, texts in quotes, operators, `x[0]`, calls of a fixed list of
        functions. In an expression field a bare word is a name: a text needs quotes of its own, `in: "'abc'"`.""",
    ),
    (
        "not-python",
        "Another language's way to write it",
        """`&&`, `||`, `!x`, `x++`, `a ? b : c`, `$x`, `true` and `null` belong to other languages, and a single `=`
        does not compare. Python writes `and`, `or`, `not x`, `b if a else c`, `x`, `True`, `None` and `==`.""",
    ),
    (
        "braces-in-expression",
        "Braces around an expression that needs none",
        """`if`, `while`, `in`, `repeat`, `assert` and references are expressions already: `if: x > 1`. Braces mark an
        expression inside a *text*; here Python would read them as a set with one element.""",
    ),
    (
        "unbalanced-brace",
        "A brace of a text without its counterpart",
        """In a text `{` begins an expression and `}` ends it. A brace that is to be printed is written twice: `{{` and
        `}}`.""",
    ),
    (
        "empty-braces",
        "Nothing between the braces of a text",
        """`{}` has nothing to show. Put an expression between the braces, or write `{{}}` for two braces that are to
        be printed.""",
    ),
    (
        "unsafe-expression",
        "Something that expressions of a scenario can't do",
        """Expressions only look: no assignment, no functions of one's own, no comprehensions, no `*` and `**`, nothing
        that begins with `__`. What takes more is written as steps.""",
    ),
    (
        "unknown-function",
        "A function that expressions do not have",
        """The functions that an expression may call are listed in the message. A target is called by a step:
        `- call: NAME`, with `into` for what it returns.""",
    ),
    (
        "unknown-attribute",
        "An attribute or method that values do not have here",
        """Expressions may look at declared objects (`q.empty()`, `p.exitcode`, `result.ready()`) and call a few methods
        of texts, lists and mappings. What does something, such as `put` or `append`, is a step.""",
    ),
    (
        "expression-too-large",
        "An expression that is too long or nested too deeply",
        """An expression has at most 2000 characters and 100 levels. `set` steps give parts of it names.""",
    ),
    (
        "not-a-reference",
        "A reference that names nothing",
        """A reference is the name of a declared thing or of a variable, perhaps with an index or an attribute behind
        it: `lock`, `fork[(i + 1) % n]`, `p.name`, `counts[key]`.""",
    ),
]

for _group in (_FILES, _CHARACTERS, _SYNTAX, _STRUCTURE, _ALIASES, _EXPRESSIONS):
    register(_group)
