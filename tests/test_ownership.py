"""What happens when the config changes under the store: other addresses, another calendar, another account, another clock."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd import config
from syncd.app import opened, run_cycle
from syncd.status import Report, status
from tests.story import Story

STORY = """
title: an interview, and a note of thanks from an old address
steps:
  - at: "2026-03-02 09:00"
    interview: {id: ia, title: "Interview with Tansy Mill", when: "2026-03-03 10:00-11:00", with: ["Ola Rye <ola@tansymill.example>"]}
"""


@pytest.fixture
def story(tmp_path: Path) -> Story:
    path = tmp_path / "story.yaml"
    path.write_text(STORY)
    root = tmp_path / "root"
    root.mkdir()
    story = Story(path, root)
    story.play()
    return story


def change(story: Story, old: str, new: str) -> None:
    text = story.config.read_text("utf-8")
    assert old in text
    story.config.write_text(text.replace(old, new), "utf-8")
    story.settings = config.load(story.config, {"HOME": str(story.root)})


def report(story: Story, at: str) -> Report:
    with opened(story.settings, pytest.fail) as app:
        return status(app.store, story.settings, app.marks, story.time(at))


def states(story: Story, at: str) -> dict[str, str]:
    return {r.rule.value: r.state.value for o in report(story, at).opportunities for r in o.reminders}


def test_another_reminder_calendar_dismisses_nothing(story: Story) -> None:
    at = "2026-03-03 11:30"
    run_cycle(story.settings, story.time(at))
    old = sorted(p.read_bytes() for p in story.side.kept.glob("*.ics"))
    change(story, str(story.side.kept), str(story.root / "other.ics"))
    outcome = run_cycle(story.settings, story.time(at))
    assert [e for e in outcome.errors if "reminders now go to" in e]
    assert states(story, at)["thank_you"] == "open"
    assert (story.root / "other.ics").read_bytes().count(b"BEGIN:VEVENT") >= 2
    assert sorted(p.read_bytes() for p in story.side.kept.glob("*.ics")) == old
    assert run_cycle(story.settings, story.time(at)).actions == ()
    change(story, str(story.root / "other.ics"), str(story.side.kept))
    run_cycle(story.settings, story.time(at))
    assert states(story, at)["thank_you"] == "open"
    assert sorted(p.read_bytes() for p in story.side.kept.glob("*.ics")) == old


def test_an_alias_added_later_makes_old_mail_the_persons_own(story: Story) -> None:
    mail = {"id": "m1", "from": "Sam <sam@old.example>", "subject": "Thank you"}
    mail["text"] = "Dear Ola, thank you for the interview this morning. Sam"
    at = story.time("2026-03-03 12:00")
    story._mail(mail, at, "Sent", mail["from"], "Ola Rye <ola@tansymill.example>")
    run_cycle(story.settings, at)
    assert states(story, "2026-03-03 12:00")["thank_you"] == "open"
    change(story, 'email = "sam@mail.example"', 'email = "sam@mail.example"\naliases = ["sam@old.example"]')
    run_cycle(story.settings, at)
    assert states(story, "2026-03-03 12:00")["thank_you"] == "done"


def test_the_store_of_another_account_is_begun_anew(story: Story) -> None:
    change(story, "sam@mail.example", "kim@mail.example")
    outcome = run_cycle(story.settings, story.time("2026-03-02 09:05"))
    assert [e for e in outcome.errors if "sam@mail.example" in e and "begun anew" in e]
    assert run_cycle(story.settings, story.time("2026-03-02 09:05")).actions == ()


def test_a_first_cycle_by_a_clock_that_ran_ahead_does_not_blind_the_next(tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(STORY.replace("steps:", "steps:\n  - {at: '2026-03-01 09:00', daemon: 'off'}"))
    root = tmp_path / "root"
    root.mkdir()
    story = Story(path, root)
    story.play()
    run_cycle(story.settings, story.time("2027-09-01 09:00"))
    run_cycle(story.settings, story.time("2026-03-03 11:30"))
    assert states(story, "2026-03-03 11:30")["thank_you"] == "open"


def test_status_tells_of_a_cycle_that_stopped(story: Story) -> None:
    assert report(story, "2026-03-02 10:00").stopped == ""
    story.side.calendar.rename(story.root / "elsewhere")
    with pytest.raises(Exception, match="mounted"):
        run_cycle(story.settings, story.time("2026-03-02 10:00"))
    assert "mounted" in report(story, "2026-03-02 10:00").stopped
    (story.root / "elsewhere").rename(story.side.calendar)
    run_cycle(story.settings, story.time("2026-03-02 11:00"))
    assert report(story, "2026-03-02 11:00").stopped == ""
    assert report(story, "2026-03-02 11:00").last_run == story.time("2026-03-02 11:00")
