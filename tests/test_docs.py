"""The README tells the truth: every command, key dependency and rule stands in it."""

import re
import tomllib
from pathlib import Path

from syncd.cli._parser import COMMANDS, build
from syncd.model import Rule

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def commands() -> list[str]:
    return [module.__name__.rpartition(".")[2] for module in COMMANDS]


def test_every_command_is_in_the_readme() -> None:
    assert [name for name in commands() if f"| `syncd {name}" not in README] == []


def test_the_readme_names_no_command_that_is_not_there() -> None:
    told = set(re.findall(r"^\| `syncd (\w+)", README, re.MULTILINE)) | set(re.findall(r"^syncd (\w+)", README, re.MULTILINE))
    assert told <= set(build().names)


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    table = README[README.index("| dependency |") :]
    names = [re.split(r"[<>=\[]", line)[0] for line in project["dependencies"]]
    assert [name for name in names if name not in table] == []


def test_every_rule_is_explained() -> None:
    assert README.count("\n| ", README.index("## The rules"), README.index("## Talk to it")) == len(Rule) + 2


def test_the_first_two_commands_are_the_ones_that_ci_runs() -> None:
    assert "-m pytest" in (ROOT / ".ci" / "run").read_text("utf-8")
    assert re.findall(r"```sh\n(.*)\n```", README)[1].endswith("-m pytest -q")
