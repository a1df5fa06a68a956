"""README, man page and docs tell the truth: every command, option, exit code, key, dependency and rule stands there."""

import argparse
import re
import runpy
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd import __version__, errors
from syncd.cli._parser import COMMANDS, build
from syncd.config.schema import TABLES, keys
from syncd.model import ARTICLE

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text("utf-8")
PAGES = {path.name: path.read_text("utf-8") for path in (ROOT / "README.md", *sorted(DOCS.glob("*.md")))}
MANUAL = (DOCS / "syncd.1").read_text("utf-8")
MANUAL_PLAIN = re.sub(r"\\f[BIR]|\\[,/&]", "", MANUAL).replace(r"\-", "-")
"""The man page without its typesetting."""


def commands() -> list[str]:
    return [module.__name__.rpartition(".")[2] for module in COMMANDS]


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """The parser itself, and those of all commands below it."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from parsers(below)


def options(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """Those that are told where the parser is: what all commands have is told once, at the top."""
    elsewhere = {"--help"} if parser.prog == "syncd" else {"--help", "--config", "--debug"}
    told = [action for action in parser._actions if action.option_strings and action.help != argparse.SUPPRESS]
    return [action for action in told if not elsewhere & set(action.option_strings)]


def option_names() -> set[str]:
    return {name for parser in parsers(build()) for action in parser._actions for name in action.option_strings}


def calls() -> list[str]:
    """What the pages give as code and begins with ``syncd``."""
    fence = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
    blocks = [line for page in PAGES.values() for block in fence.findall(page) for line in block.splitlines()]
    spans = [span for page in PAGES.values() for span in re.findall(r"`([^`]+)`", fence.sub("", page))]
    return [line.partition(" #")[0] for line in (*blocks, *spans) if line.startswith("syncd ")]


def flat(text: str) -> str:
    return " ".join(text.split())


def section(heading: str) -> str:
    """What stands under *heading* in the man page."""
    start = MANUAL_PLAIN.index(f".SS {heading}\n")
    end = re.compile(r"^\.S[SH]", re.MULTILINE).search(MANUAL_PLAIN, start + 1)
    return MANUAL_PLAIN[start : end.start() if end else None]


def anchors(page: str) -> set[str]:
    """The names by which headings of *page* can be linked to, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def exit_codes() -> set[int]:
    kinds, found = [errors.SyncdError], {0}
    while kinds:
        below = kinds.pop().__subclasses__()
        kinds += below
        found |= {kind.exit_code for kind in below if kind.__module__ == errors.__name__}
    return found


def test_every_command_is_in_the_readme() -> None:
    assert [name for name in commands() if f"| `syncd {name}" not in README] == []


def test_the_docs_name_no_command_that_is_not_there() -> None:
    told = [found[1] for line in calls() if (found := re.match(r"syncd (?:--config \S+ )?(\w+)", line))]
    assert set(told) == set(build().names)


def test_the_docs_name_no_option_that_is_not_there() -> None:
    assert {name for line in calls() for name in re.findall(r"--[\w-]+", line)} <= option_names()


def test_the_table_of_commands_has_every_option() -> None:
    """But for ``init``, where nearly each key has one, and the time that a pause or a mark is said at."""
    for parser in parsers(build()):
        names = parser.prog.split()
        if len(names) == 1 or names[1] in {"init", "explain", "mark", "pause"}:
            continue
        row = next(line for line in README.splitlines() if line.startswith(f"| `{' '.join(names[:2])}"))
        assert [a.option_strings for a in options(parser) if a.option_strings[0] not in row] == []


@pytest.mark.parametrize("table", TABLES)
def test_every_key_is_in_the_readme(table: str) -> None:
    row = next(line for line in README.splitlines() if line.startswith(f"| `[{table}]` |"))
    assert re.findall(r"`(\w+)`", row.split("|")[2]) == [key.name[-1] for key in keys().values() if key.table == table]


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    table = README[README.index("| dependency |") :]
    names = [re.split(r"[<>=\[]", line)[0] for line in project["dependencies"]]
    assert [name for name in names if name not in table] == []


def test_every_rule_is_explained() -> None:
    assert README.count("\n| ", README.index("## The rules"), README.index("## Talk to it")) == len(ARTICLE) + 2


def test_every_exit_code_is_explained() -> None:
    line = re.search(r"Exit codes: (.*?)\.", README, re.DOTALL)
    assert line is not None
    section = MANUAL_PLAIN[MANUAL_PLAIN.index(".SH EXIT STATUS") : MANUAL_PLAIN.index(".SH SEE ALSO")]
    assert {int(code) for code in re.findall(r"\b(\d+)\s", line[1])} == exit_codes()
    assert {int(code) for code in re.findall(r"^\.TP\n(\d+)$", section, re.MULTILINE)} == exit_codes()


def test_the_first_two_commands_play_the_demo_and_run_the_tests_as_ci_does() -> None:
    demo, tests = re.findall(r"```sh\n(.*)\n```", README)[:2]
    name = demo.rpartition(" .venv/bin/syncd ")[2]
    assert name in commands()
    run = tests.rpartition(" .venv/bin/")[2].removesuffix(" -q")
    assert run == "python -m pytest"
    lines = (ROOT / ".ci" / "run").read_text("utf-8").replace('"', "").splitlines()
    assert [line for line in lines if line.startswith(f"$venv/bin/{run}")]
    extra = re.search(r"'\.\[(\w+)\]'", tests)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert extra and any(d.startswith("pytest") for d in project["optional-dependencies"][extra[1]])


@pytest.mark.parametrize("name", PAGES)
def test_every_link_within_the_project_leads_somewhere(name: str) -> None:
    folder = ROOT if name == "README.md" else DOCS
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", PAGES[name]):
        path, _, anchor = target.partition("#")
        assert (folder / path).exists(), target
        assert not anchor or anchor in anchors(PAGES[path]), target


def test_the_steps_at_google_are_numbered_without_a_gap() -> None:
    steps = [int(n) for n in re.findall(r"^## (\d+)\. ", PAGES["google.md"], re.MULTILINE)]
    assert steps == list(range(1, len(steps) + 1))
    assert len(steps) == 6
    assert "in six numbered steps" in README


def test_the_picture_is_what_the_demo_writes() -> None:
    drawn = runpy.run_path(str(DOCS / "picture.py"))["drawn"]()
    assert drawn == (DOCS / "calendar.svg").read_text("utf-8")


class TestTheManPage:
    """docs/syncd.1, which `python docs/manual.py` writes."""

    def test_it_is_that_of_this_version(self) -> None:
        assert f'"syncd {__version__}"' in MANUAL.splitlines()[0]

    def test_every_command_is_in_it_with_its_own_words(self) -> None:
        told = [parser for parser in parsers(build()) if parser.prog != "syncd"]
        assert [p.prog for p in told if flat(p.description or "?") not in flat(section(p.prog))] == []

    def test_every_option_is_in_it_with_its_own_words(self) -> None:
        for parser in parsers(build()):
            text = MANUAL_PLAIN if parser.prog == "syncd" else section(parser.prog)
            for action in options(parser):
                head, body = rf"^\.TP\n.*{action.option_strings[0]}\b.*$", flat(action.help or "?")
                assert re.search(rf"{head}\n{re.escape(body)}$", text, re.MULTILINE), (parser.prog, action.dest)

    def test_it_names_no_option_that_is_not_there(self) -> None:
        assert set(re.findall(r"(?<![\w-])--[\w-]+", MANUAL_PLAIN)) <= option_names()

    @pytest.mark.parametrize("key", keys().values(), ids=lambda key: key.dotted)
    def test_every_key_is_in_it(self, key) -> None:
        entry = rf"^(# )?{key.name[-1]} = .*\n{re.escape(flat(key.about))}$"
        assert re.search(entry, section(f"[{key.table}]"), re.MULTILINE)

    def test_it_is_what_the_command_line_and_the_config_give(self) -> None:
        pytest.importorskip("argparse_manpage", reason="the extra dev brings what writes the man page")
        assert runpy.run_path(str(DOCS / "manual.py"))["written"]() == MANUAL
