"""What the pages say is so: their examples are run and the verdicts that they claim compared, their links lead somewhere.

The word after `yaml` in a fence is a claim. A mapping is a whole scenario, which runs on real processes; a list holds promises,
judged by the `text trace` (a record in the notation of `tests/checking/traces.py`) or the `yaml program` above it. `kept`,
`broken`, `open` and `inconclusive` are claimed of each promise in a list, and of all promises of a scenario together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from mprunner.checking.check import check
from mprunner.checking.runs import summarise
from mprunner.checking.verdict import Verdict
from mprunner.cli.exitcodes import TABLE
from mprunner.language.classics import CLASSICS
from mprunner.language.loading import load_source
from mprunner.language.models import Scenario
from mprunner.language.source import Source
from mprunner.language.vocabulary import PROMISES
from mprunner.language.words import DIAGNOSES
from mprunner.program.compiler import compile_scenario
from mprunner.recording.events import Recording
from mprunner.worlds.base import RunOptions
from mprunner.worlds.real.supervisor import RealWorld
from tests.checking.traces import trace

ROOT = Path(__file__).parent.parent
GENERATED = {"language.md", "errors.md"}
"""Pages made from the validator's tables; their examples have tests of their own."""
PAGES = [
    ROOT / "README.md",
    *sorted(path for path in (ROOT / "docs").glob("*.md") if path.name not in GENERATED),
]
LINKED = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
CLAIMS = ("kept", "broken", "open", "inconclusive")
TIME_SCALE = 0.02

ANYTHING = """\
name: anything
locks: {lock: {}}
queues: {q: {}}
values: {v: {type: i}}
pools: {po: {}}
targets:
  work:
    params: [x]
    steps:
      - print: "{x}"
      - put: {queue: q, item: "{x}"}
      - get: {queue: q, timeout: 1}
        into: x
      - acquire: {lock: lock, timeout: 1}
      - release: lock
      - set: {v.value: "{v.value + 1}"}
processes:
  p1: {target: work, args: [1]}
  p2: {target: work, args: [1]}
  writer: {target: work, args: [1]}
  reader: {target: work, args: [1]}
main:
  - start: p1
  - start: p2
  - start: writer
  - start: reader
  - apply_async: {pool: po, func: work, args: [1]}
  - call: {target: work, args: [1]}
"""
"""A program in which everything that the pages' traces show can happen."""


@dataclass(frozen=True)
class Fence:
    """A fenced block: where it stands, the words after the three backticks, what is in it."""

    page: Path
    line: int
    info: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"

    @property
    def claim(self) -> str | None:
        return next((word for word in self.info[1:] if word in CLAIMS), None)

    @property
    def is_scenario(self) -> bool:
        if self.info[:1] != ("yaml",) or {"program", "explore"} & set(self.info):
            return False  # what is explored is tested with exploration: a run of it may go either way
        content = yaml.safe_load(self.text)
        return isinstance(content, dict) and bool({"targets", "main", "expect"} & set(content))


def fences(page: Path) -> Iterator[Fence]:
    pattern = re.compile(r"^```([^\n`]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    text = page.read_text(encoding="utf-8")
    for found in pattern.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Fence(page, line, tuple(found[1].split()), found[2])


@dataclass
class Example:
    """A trace or a program, and the lists of promises that follow it."""

    subject: Fence
    claims: list[Fence] = field(default_factory=list)

    @property
    def expect(self) -> str:
        return "expect:\n" + "".join(f"  {line}\n" for one in self.claims for line in one.text.splitlines())

    @property
    def claimed(self) -> list[str]:
        return [f"{one}: {one.claim}" for one in self.claims for _ in yaml.safe_load(one.text)]


def examples() -> list[Example]:
    found: list[Example] = []
    for fence in (fence for page in PAGES for fence in fences(page)):
        if {"trace", "program"} & set(fence.info):
            found.append(Example(fence))
        elif fence.claim and not fence.is_scenario:
            found[-1].claims.append(fence)
    return found


EXAMPLES = examples()
SCENARIOS = [fence for page in PAGES for fence in fences(page) if fence.is_scenario]


@pytest.fixture(scope="module")
def world() -> Iterator[RealWorld]:
    with RealWorld() as real:
        yield real


def loaded(text: str) -> Scenario:
    (scenario,) = load_source(Source("example.yaml", text)).scenarios
    return scenario


def run(world: RealWorld, text: str) -> Recording:
    program = compile_scenario(loaded(text), source=Source("example.yaml", text))
    return world.run(program, RunOptions(time_scale=TIME_SCALE, timeout=30))


def marks(verdicts: list[Verdict]) -> list[str]:
    return [promise.mark for promise in summarise([verdicts])]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: str(example.subject))
def test_promises_are_judged_as_the_page_claims(world: RealWorld, example: Example) -> None:
    subject = example.subject
    if "program" in subject.info:
        text = subject.text + example.expect
        recording = run(world, text)
    else:
        text = ANYTHING + example.expect
        recording = trace(*subject.text.splitlines(), how="cut" if "cut" in subject.info else "finished")
    verdicts = [verdict for verdict in check(recording, loaded(text)) if verdict.promise.line is not None]
    places = [claim.rsplit(" ", 1)[0] for claim in example.claimed]
    assert example.claimed == [f"{place} {mark}" for place, mark in zip(places, marks(verdicts), strict=True)]


@pytest.mark.parametrize("fence", SCENARIOS, ids=str)
def test_a_whole_scenario_runs_and_is_judged_as_the_page_claims(world: RealWorld, fence: Fence) -> None:
    found = marks(check(run(world, fence.text), loaded(fence.text)))
    one = next((mark for mark in ("broken", "inconclusive") if mark in found), "kept")
    assert (fence.claim or "kept") == one, found


def test_every_form_has_an_example_that_is_kept_and_one_that_is_broken() -> None:
    shown: dict[str, set[str]] = {"kept": set(), "broken": set()}
    for fence in (fence for page in PAGES for fence in fences(page)):
        if fence.claim in shown:
            content = yaml.safe_load(fence.text)
            promises = content.get("expect", []) if isinstance(content, dict) else content
            shown[fence.claim].update(key for promise in promises for key in promise)
    wanted = {form for form in PROMISES if form not in CLASSICS}
    missing = {claim: sorted(wanted - forms) for claim, forms in shown.items()}
    assert missing == {"kept": [], "broken": []}


def test_the_page_has_every_exit_code() -> None:
    page = (ROOT / "docs" / "constraints.md").read_text(encoding="utf-8").partition("## Exit codes")[2]
    assert [code for code, _ in TABLE] == [
        int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)
    ]


def test_every_pitfall_names_scenarios_that_exist() -> None:
    page = (ROOT / "docs" / "pitfalls.md").read_text(encoding="utf-8")
    rows = [row for row in page.splitlines() if re.match(r"\| \d+ \|", row)]
    links = [re.findall(r"\[([\w-]+)\]\(\.\./scenarios/([\w-]+)\.yaml\)", row) for row in rows]
    assert rows
    assert [row for row, found in zip(rows, links, strict=True) if not found] == []
    names = {path.stem for path in (ROOT / "scenarios").glob("*.yaml")}
    assert [link for found in links for link in found if link[0] != link[1] or link[1] not in names] == []


def heading_anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", LINKED, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_and_headings_that_exist(page: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    lost = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in heading_anchors(target)):
            lost.append(link)
    assert lost == []


def test_the_page_tells_every_diagnosis_that_a_promise_can_name() -> None:
    page = (ROOT / "docs" / "constraints.md").read_text(encoding="utf-8")
    table = page.partition("| diagnosis | |\n")[2].partition("\n\n")[0]
    told = [name for row in table.splitlines()[1:] for name in re.findall(r"`([a-z-]+)`", row.split("|")[1])]
    assert sorted(DIAGNOSES) == sorted(told)
