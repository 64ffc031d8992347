"""From a file to scenarios: defaults, params, matrix, counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from mprunner.errors import AuthoringError, UsageError
from mprunner.language.loading import load, scenario_paths, validate_paths
from mprunner.language.models import Scenario
from tests.language.scenarios_in_text import kinds, problems, said, scenario, scenarios

ROOT = Path(__file__).parents[2]


def test_a_scenario_without_name_is_called_as_its_file(tmp_path: Path) -> None:
    path = tmp_path / "hello.yaml"
    path.write_text("main: [{print: hello}]\n")
    assert "hello" == load(path).scenarios[0].name


def test_the_lock_scenario_has_what_its_file_says() -> None:
    lock = load(ROOT / "scenarios/lock.yaml").scenarios[0]
    assert ("lock", ["p1", "p2"], ["lock"]) == (lock.name, list(lock.processes), list(lock.locks))
    assert "sometimes" in {promise.holds for promise in lock.expect}


def test_every_model_knows_its_place() -> None:
    found = scenario("queues:\n  q: {maxsize: 3}\nmain:\n  - put: {queue: q, item: 1}\n")
    queue, assert_main = found.queues["q"], found.main
    assert assert_main is not None
    step = assert_main[0]
    assert (2, 6) == (queue.span.line, queue.span.column)
    assert (2, 3) == (queue.key_span.line, queue.key_span.column)
    assert (4, 5, 4, 8) == (
        step.verb_span.line, step.verb_span.column, step.verb_span.end_line, step.verb_span.end_column,
    )  # fmt: skip


def test_an_entry_of_a_section_may_be_empty() -> None:
    assert "Lock" == scenario("locks:\n  lock:\nmain: [{acquire: lock}]\n").locks["lock"].kind


def test_keys_that_begin_with_x_are_free() -> None:
    text = 'x-args: &args [1, 2]\ntargets:\n  add:\n    params: [a, b]\n    steps: [{print: "{a + b}"}]\n'
    text += "processes: {p: {target: add, args: *args}}\n"
    assert [] == said(text)


@pytest.mark.parametrize("seconds", ["0", "0.0", "-1"])
def test_a_run_is_given_more_than_no_time(seconds: str) -> None:
    wanted = f"wrong-type: `timeout`: expected a number of seconds above 0, got the number {seconds}"
    assert [f"1:10 {wanted}"] == said(f"timeout: {seconds}\nmain: [pass]\n")


def test_params_stand_in_counts() -> None:
    text = 'params: {n: 3}\nlocks: {fork: {count: "{n + 1}"}}\nmain: [{acquire: "fork[n]"}]\n'
    assert 4 == scenario(text).locks["fork"].count
    assert 6 == scenario(text, n="5").locks["fork"].count


def test_an_override_is_read_as_yaml_reads_it() -> None:
    text = "params: {n: 3, who: you, loud: false}\nmain: [{print: '{n} {who} {loud}'}]\n"
    found = scenario(text, n="0x10", who="no", loud="true")
    assert {"n": 16, "who": "no", "loud": True} == found.params


def test_an_override_of_what_is_no_param_names_the_nearest() -> None:
    with pytest.raises(UsageError, match=r'no param "m".*it has "n"'):
        scenario("params: {n: 3}\nmain: [{print: '{n}'}]\n", m="1")


def test_a_matrix_stands_for_a_scenario_of_each_combination() -> None:
    text = "name: lock\nmatrix: {start_method: [spawn, fork], n: [1, 2]}\nmain: [{print: '{n}'}]\n"
    found = scenarios(text)
    assert ["lock[spawn-1]", "lock[spawn-2]", "lock[fork-1]", "lock[fork-2]"] == [one.name for one in found]
    assert [("spawn", 1), ("spawn", 2), ("fork", 1), ("fork", 2)] == [
        (one.start_method, one.params["n"]) for one in found
    ]


def test_a_start_method_of_a_matrix_is_a_name_in_expressions_too() -> None:
    found = scenarios("matrix: {start_method: [spawn, fork]}\nmain: [{print: '{start_method}'}]\n")
    assert ["spawn", "fork"] == [one.params["start_method"] for one in found]


def test_an_override_picks_one_value_of_a_matrix() -> None:
    text = "name: lock\nmatrix: {n: [1, 2], m: [3, 4]}\nmain: [{print: '{n} {m}'}]\n"
    assert ["lock[7-3]", "lock[7-4]"] == [one.name for one in scenarios(text, n="7")]


def test_each_instance_of_a_matrix_is_checked_with_its_own_values() -> None:
    text = "matrix: {n: [1, 2]}\nlocks: {fork: {count: '{n}'}}\nmain: [{acquire: 'fork[1]'}]\n"
    assert ["3:19 bad-index: `fork` has the members 0 to 0; there is no 1"] == said(text)


def test_what_is_wrong_in_all_instances_is_said_once() -> None:
    assert ["unknown-name"] == kinds("matrix: {n: [1, 2, 3]}\nmain: [{print: '{n} {m}'}]\n")


def test_a_mistake_does_not_hide_those_after_it() -> None:
    text = """\
        queues: {q: {maxsize: many}}
        targets:
          work:
            steps:
              - aquire: lock
              - put: {queue: q, itme: 1}
              - print: "{x}"
        processes: {p: {target: wrok}}
        expect:
          - exitcodes: {pp: 0}
        """
    expected = ["wrong-type", "unknown-step", "unknown-field", "unknown-name", "unknown-name", "unknown-name"]
    assert expected == kinds(text)


def test_nothing_follows_from_a_step_that_can_not_be_read() -> None:
    text = "queues: {q: {}}\nmain:\n  - get: {queue: q, timeuot: 1}\n    into: x\n  - print: '{x}'\n"
    assert ["unknown-field"] == kinds(text)


def test_a_directory_stands_for_the_scenarios_in_it(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("b.yaml", "a.yml", "deep/c.yaml", "b.golden.yaml", "notes.txt"):
        (tmp_path / name).write_text("main: [{print: hello}]\n")
    found = [path.relative_to(tmp_path).as_posix() for path in scenario_paths([tmp_path])]
    assert ["a.yml", "b.yaml", "deep/c.yaml"] == found


def test_several_files_are_validated_each_by_itself(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("main: [{prnt: hello}]\n")
    (tmp_path / "b.yaml").write_text("main: [{print: hello}]\n")
    loaded, diagnostics = validate_paths([tmp_path])
    assert (["b"], ["unknown-step"]) == (
        [one.scenarios[0].name for one in loaded],
        [one.kind for one in diagnostics],
    )


def test_str_of_an_authoring_error_is_its_first_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("main: [{prnt: hello}]\n")
    with pytest.raises(AuthoringError) as caught:
        load(path)
    assert f'{path}:1:9: unknown step "prnt" [unknown-step]' == str(caught.value)


def test_nothing_follows_from_arguments_that_can_not_be_read() -> None:
    text = "targets: {t: {params: [x], steps: [{print: '{x}'}]}}\nprocesses: {p: {target: t, args: {x: 1}}}\n"
    assert ["wrong-type"] == kinds(text)


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("n", 'what is computed has braces: "{n}"'),
        ("n + 1", 'what is computed has braces: "{n + 1}"'),
        ("'1,5'", None),
    ],
)
def test_a_param_in_a_count_without_braces_is_shown_with_them(written: str, hint: str | None) -> None:
    (problem,) = problems(
        f"params: {{n: 3}}\nqueues: {{q: {{maxsize: {written}}}}}\nmain: [{{put: {{queue: q, item: 1}}}}]\n"
    )
    assert hint == problem.expected


@pytest.mark.parametrize(
    ("text", "wanted", "hint"),
    [
        (
            "conditions: {c: }\nmain: [{notify: all}]\n",
            "unknown-name",
            "`all` is a function, and only called: all(...)",
        ),
        (
            "values: {v: {type: i, lock: none}}\nmain: [{set: {v.value: 1}}]\n",
            "unknown-name",
            "without one: false",
        ),
        ("conditions: [c, d]\nmain: [{notify: c}]\n", "wrong-type", "write {c: {}, d: {}}"),
        ("main:\n  - for i:\n    in: range(3)\n    steps: [pass]\n", "unknown-step", "write for: i"),
        (
            "main: [{print: a}]\nexpect: [{absence: {print: {match: a}}}]\n",
            "wrong-value",
            'did you mean "matches"?',
        ),
    ],
)
def test_a_slip_is_met_with_what_was_meant_and_not_with_others_that_follow(
    text: str, wanted: str, hint: str
) -> None:
    (problem,) = problems(text)
    assert wanted == problem.kind
    assert hint in (problem.expected, *problem.notes)


PROMISED = """\
params: {n: 3}
locks: {lock: {}}
main: [{repeat: n, steps: [{with: lock, steps: [{print: a}]}]}]
expect:
  - exactly: a
    times: "{n}"
  - all_of: [{existence: a, at_least: "{n + 1}"}, {max_parallel: {of: {hold: lock}, at_most: "{n - 2}"}}]
"""


def test_params_stand_in_what_a_promise_counts() -> None:
    def numbers(found: Scenario) -> list[int]:
        exactly, both = found.expect
        some, parallel = both.body.all_of
        return [exactly.body.times, some.body.at_least, parallel.body.at_most]

    assert [3, 4, 1] == numbers(scenario(PROMISED))
    assert [5, 6, 3] == numbers(scenario(PROMISED, n="5"))


def test_what_a_promise_counts_is_not_less_than_nothing() -> None:
    assert ["6:12 bad-count: `times` is -1; it can't be less than 0"] == said(
        'params: {n: 0}\nmain: [{print: a}]\nexpect:\n  - absence: b\n  - exactly: a\n    times: "{n - 1}"\n'
    )
