"""`new`, `validate`, `list` and `describe`: what an author uses before anything runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from mprunner.checking.adapt import promise_form
from mprunner.checking.judging import describe as promise_of
from mprunner.cli import exitcodes
from mprunner.cli.main import main
from mprunner.cli.new import KINDS
from mprunner.language.diagnostics import Problems
from mprunner.language.loading import load, load_source
from mprunner.language.nodes import compose
from mprunner.language.source import Source
from mprunner.language.tree import to_plain
from mprunner.report.resolved import resolved, resolved_yaml

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))

WRONG = """\
name: wrong
locks: {lock: {}}
targets:
  work:
    steps:
      - aquire: lock
processes: {p: {target: work}}
expect:
  - mutual_exclusion: lock
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("like", KINDS)
def test_a_new_scenario_is_valid(like: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "mine", "--like", like]) == exitcodes.KEPT
    assert capsys.readouterr().out == "wrote mine.yaml\nrun it:  mprun mine.yaml\n"
    loaded = load(folder / "mine.yaml")
    assert [scenario.name for scenario in loaded.scenarios] == ["mine"]
    assert loaded.warnings == ()


def test_a_new_scenario_goes_to_the_folder_for_scenarios_and_names_the_schema(folder: Path) -> None:
    (folder / "scenarios").mkdir()
    (folder / "schemas").mkdir()
    (folder / "schemas" / "scenario.schema.json").touch()
    assert main(["new", "mine"]) == exitcodes.KEPT
    first = (folder / "scenarios" / "mine.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=../schemas/scenario.schema.json"


def test_nothing_is_ever_overwritten(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "mine.yaml").write_text("mine\n", encoding="utf-8")
    assert main(["new", "mine.yaml"]) == exitcodes.USAGE
    assert capsys.readouterr().err == "mprun: error: mine.yaml exists already; mprun new never overwrites\n"
    assert (folder / "mine.yaml").read_text(encoding="utf-8") == "mine\n"


@pytest.mark.parametrize("name", ["two words", "nowhere/mine", "", "-.yaml", "a:b"])
def test_a_name_that_can_not_be_is_refused(name: str, folder: Path) -> None:
    assert main(["new", "--", name]) == exitcodes.USAGE
    assert list(folder.iterdir()) == []


def test_validate_tells_every_file_and_exits_with_3(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["new", "right"])
    (folder / "wrong.yaml").write_text(WRONG, encoding="utf-8")
    capsys.readouterr()
    assert main(["validate", "."]) == exitcodes.INVALID
    told = capsys.readouterr()
    assert told.out == "1 valid scenario, 1 invalid file\n"
    assert told.err.splitlines()[0].startswith('wrong.yaml:6:9: unknown step "aquire"')


def test_validate_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "wrong.yaml").write_text(WRONG, encoding="utf-8")
    assert main(["validate", "--json", "wrong.yaml"]) == exitcodes.INVALID
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (first["path"], first["line"], first["column"], first["kind"]) == (
        "wrong.yaml",
        6,
        9,
        "unknown-step",
    )


def test_validate_where_there_is_nothing_exits_with_5(folder: Path) -> None:
    assert main(["validate", "."]) == exitcodes.NOTHING


def test_list_tells_what_each_scenario_is_about(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["new", "mine", "--like", "lock"])
    capsys.readouterr()
    assert main(["list"]) == exitcodes.KEPT
    assert capsys.readouterr().out.splitlines() == [
        "mine.yaml  2 processes, 1 lock",
        "    Two processes print two lines each; a lock keeps the lines of one together.",
    ]


def test_list_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["new", "mine", "--like", "pool"])
    capsys.readouterr()
    assert main(["list", "--json", "mine.yaml"]) == exitcodes.KEPT
    listed = json.loads(capsys.readouterr().out)
    assert (listed["name"], listed["contents"], listed["promises"]) == ("mine", "1 pool", 4)


def test_list_of_a_missing_tag_exits_with_5(folder: Path) -> None:
    main(["new", "mine"])
    assert main(["list", "--tag", "nothing"]) == exitcodes.NOTHING


def test_describe_tells_who_does_what_and_what_is_promised(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["new", "mine", "--like", "lock"])
    capsys.readouterr()
    assert main(["describe", "mine.yaml"]) == exitcodes.KEPT
    told = capsys.readouterr().out
    for row in (
        "  p1    runs work(one)",
        "  main  starts p1 and p2, then joins them in that order",
        "  with lock",
        "    sleeps 0.01 s",
        "  always     mutual exclusion of lock",
        '  sometimes  "one ends" before "two begins"',
    ):
        assert row in told.splitlines()


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_resolved_scenario_means_the_same(path: Path) -> None:
    loaded = load(path)
    written = to_plain(compose(loaded.source, Problems()))  # type: ignore[arg-type]
    for scenario in loaded.scenarios:
        text = resolved_yaml(scenario, written)
        again = load_source(Source("resolved.yaml", text))
        (same,) = again.scenarios
        data = to_plain(compose(again.source, Problems()))  # type: ignore[arg-type]
        assert resolved(scenario, written) == resolved(same, data)
        assert scenario.name == same.name
        assert [promise_of(promise_form(promise), 0).title for promise in scenario.expect] == [
            promise_of(promise_form(promise), 0).title for promise in same.expect
        ]


def test_what_resolved_prints_is_quoted_where_yaml_would_read_something_else() -> None:
    source = Source(
        "odd.yaml",
        'name: odd\nglobals: {a: "1e3", b: "0x1f", c: "no", d: "", e: "null", f: "x: y"}\n'
        "main: [{print: done}]\n",
    )
    (scenario,) = load_source(source).scenarios
    text = resolved_yaml(scenario, to_plain(compose(source, Problems())))  # type: ignore[arg-type]
    again = Source("again.yaml", text)
    assert to_plain(compose(again, Problems()))["globals"] == {  # type: ignore[arg-type]
        "a": "1e3", "b": "0x1f", "c": "no", "d": "", "e": "null", "f": "x: y",
    }  # fmt: skip
    assert yaml.safe_load(text)["name"] == "odd"
