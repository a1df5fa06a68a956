"""A line that is meant as a note of a date and can't be read: it is told once, and explained."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.app import run_cycle
from syncd.cli import main
from tests.story import Story

STORY = """
title: an interview that is over
steps:
  - at: "2026-11-19 09:00"
    interview: {id: ia, title: "Interview with Heron Glass", when: "2026-11-20 10:00-11:00", with: ["Tess Lowe <tess@heronglass.example>"]}
  - at: "2026-11-24 09:00"
    state: {Heron Glass: active}
"""


@pytest.fixture
def story(tmp_path: Path) -> Story:
    path = tmp_path / "story.yaml"
    path.write_text(STORY)
    (tmp_path / "root").mkdir()
    story = Story(path, tmp_path / "root")
    story.play()
    return story


def told(story: Story, at: str) -> list[str]:
    return [error for error in run_cycle(story.settings, story.time(at)).errors if "note of a date" in error]


@pytest.mark.parametrize(
    "line", ["next: when the moon is full", "- hear back by moonrise", "next: 30 February", "next: 17 Nov 2026"]
)
def test_it_is_warned_of_once_by_the_name_of_the_entry(story: Story, line: str) -> None:
    at = story.time("2026-11-24 10:00")
    story.side.note("ia", line, at)
    (warning,) = told(story, "2026-11-24 10:05")
    assert '"Interview with Heron Glass" (Fri 20 Nov 2026)' in warning
    assert line.partition(" ")[2] not in warning
    assert told(story, "2026-11-24 10:10") == []
    story.side.note("ia", f"{line}\nbring a pen", at)
    assert told(story, "2026-11-24 10:15") == []


@pytest.mark.parametrize(
    "line", ["next steps: we will be in touch", "next: Friday", "next:", "Next floor, ask for Tess"]
)
def test_what_is_none_is_not(story: Story, line: str) -> None:
    story.side.note("ia", line, story.time("2026-11-24 10:00"))
    assert told(story, "2026-11-24 10:05") == []


def test_one_on_a_reminder_is_told_too_and_our_own_words_never_are(story: Story) -> None:
    at = story.time("2026-11-24 10:00")
    story.note_on_reminder(
        {"which": "follow_up Heron Glass", "text": "It\nnext: DATE tells it when\nnext: soonish"}, at
    )
    (warning,) = told(story, "2026-11-24 10:05")
    assert '"Follow up with Heron Glass" (Fri 4 Dec 2026)' in warning


def test_explain_names_it(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    story.side.note("ia", "next: when the moon is full", story.time("2026-11-24 10:00"))
    run_cycle(story.settings, story.time("2026-11-24 10:05"))
    assert main(["explain", "Heron Glass", "--config", str(story.config)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert '"Interview with Heron Glass" (Fri 20 Nov 2026): "next: when the moon is full"' in shown
    assert "no date that syncd can read" in shown
