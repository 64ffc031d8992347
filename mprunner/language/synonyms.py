"""Words that authors use for the verbs and promises of the language, and which of them is meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mprunner.language.diagnostics import nearest

__all__ = ["FORM_SYNONYMS", "SECTION_SYNONYMS", "VERB_SYNONYMS", "meant_by"]

VERB_SYNONYMS: dict[str, str] = {
    "lock": "acquire",
    "take": "acquire",
    "hold": "with",
    "unlock": "release",
    "free": "release",
    "stop": "terminate",
    "abort": "terminate",
    "end": "terminate",
    "sigkill": "kill",
    "echo": "print",
    "log": "print",
    "say": "print",
    "write": "print",
    "output": "print",
    "puts": "print",
    "spawn": "start",
    "fork": "start",
    "launch": "start",
    "begin": "start",
    "wait_process": "join",
    "wait_for_process": "join",
    "await": "join",
    "send": "put",
    "enqueue": "put",
    "push": "put",
    "recv": "get",
    "receive": "get",
    "dequeue": "get",
    "pop": "get",
    "take_item": "get",
    "submit": "apply_async",
    "async": "apply_async",
    "delay": "sleep",
    "pause": "sleep",
    "let": "set",
    "assign": "set",
    "var": "set",
    "loop": "repeat",
    "times": "repeat",
    "foreach": "for",
    "until": "while",
    "check": "assert",
    "expect": "assert",
    "throw": "raise",
    "catch": "try",
    "function": "call",
    "invoke": "call",
    "delete": "del",
    "noop": "pass",
    "random": "choose",
    "choice": "choose",
    "switch": "if",
    "when": "if",
    "add": "append",
}

FORM_SYNONYMS: dict[str, str] = {
    "prints": "output",
    "stdout": "output",
    "order": "sequence",
    "ordered": "sequence",
    "before": "precedence",
    "precedes": "precedence",
    "happened_before": "happens_before",
    "causes": "happens_before",
    "after": "response",
    "follows": "response",
    "exclusive": "mutual_exclusion",
    "mutex": "mutual_exclusion",
    "never": "absence",
    "forbidden": "absence",
    "either": "any_of",
    "or": "any_of",
    "and": "all_of",
    "implies": "if",
    "when": "if",
    "occurs": "existence",
    "exists": "existence",
    "exit_codes": "exitcodes",
    "exitcode": "exitcodes",
    "returncode": "exitcodes",
    "raises": "exception",
    "hang": "hangs",
    "values": "variables",
    "times": "count",
    "concurrency": "max_parallel",
    "interleaving": "no_interleaving",
    "always": "each",
}

SECTION_SYNONYMS: dict[str, str] = {
    "matchers": "events",
    "title": "name",
    "objects": "queues",
    "mutexes": "locks",
    "functions": "targets",
    "tasks": "targets",
    "workers": "processes",
    "procs": "processes",
    "steps": "main",
    "script": "main",
    "variables": "globals",
    "vars": "globals",
    "parameters": "params",
    "arguments": "params",
    "assert": "expect",
    "asserts": "expect",
    "promises": "expect",
    "expected": "expect",
    "method": "start_method",
    "deadline": "timeout",
}


def meant_by(word: str, candidates: Iterable[str], synonyms: Mapping[str, str]) -> list[str]:
    """As `nearest`, but where `word` is a synonym of one candidate, that one alone."""
    close = nearest(word, candidates, synonyms)
    return (
        close[:1]
        if close and close[0] in synonyms.values() and nearest(word, synonyms)[:1] == [word]
        else close
    )
