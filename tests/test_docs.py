"""The README tells the truth: every command, key dependency and rule stands in it."""

import re
import runpy
import tomllib
from pathlib import Path

from syncd.cli._parser import COMMANDS, build
from syncd.model import ARTICLE

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def commands() -> list[str]:
    return [module.__name__.rpartition(".")[2] for module in COMMANDS]


def test_every_command_is_in_the_readme() -> None:
    assert [name for name in commands() if f"| `syncd {name}" not in README] == []


def test_the_readme_names_no_command_that_is_not_there() -> None:
    told = set(re.findall(r"^\| `syncd (\w+)", README, re.MULTILINE)) | set(
        re.findall(r"^syncd (\w+)", README, re.MULTILINE)
    )
    assert told <= set(build().names)


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    table = README[README.index("| dependency |") :]
    names = [re.split(r"[<>=\[]", line)[0] for line in project["dependencies"]]
    assert [name for name in names if name not in table] == []


def test_every_rule_is_explained() -> None:
    assert README.count("\n| ", README.index("## The rules"), README.index("## Talk to it")) == len(ARTICLE) + 2


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


def test_the_picture_is_what_the_demo_writes() -> None:
    drawn = runpy.run_path(str(ROOT / "docs" / "picture.py"))["drawn"]()
    assert drawn == (ROOT / "docs" / "calendar.svg").read_text("utf-8")
