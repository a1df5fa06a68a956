"""What happens when the config changes under the store: other addresses, another calendar, another account, another clock."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd import config
from syncd.app import opened, run_cycle
from syncd.errors import BadInput, SyncdError
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
    (told,) = [e for e in outcome.errors if "sam@mail.example" in e and "begun anew" in e]
    assert "give each config a [state] path of its own" in told
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


def at_hand(story: Story, at: str) -> dict[str, str]:
    """After a cycle: the open reminders."""
    outcome = run_cycle(story.settings, story.time(at))
    assert not outcome.errors
    return {rule: state for rule, state in states(story, at).items() if state == "open"}


@pytest.fixture
def past(story: Story) -> Story:
    """The interview took place, and was then deleted: it still counts."""
    assert at_hand(story, "2026-03-03 11:30") == {"thank_you": "open", "follow_up": "open"}
    story.side.delete("ia")
    assert at_hand(story, "2026-03-03 11:40") == {"thank_you": "open", "follow_up": "open"}
    return story


def test_a_wrong_path_for_a_while_forgets_no_deleted_interview(past: Story) -> None:
    right = str(past.side.calendar)
    change(past, right, f"{right}s")
    with pytest.raises(BadInput):
        run_cycle(past.settings, past.time("2026-03-03 11:45"))
    assert states(past, "2026-03-03 11:45")["thank_you"] == "open"
    change(past, f"{right}s", right)
    assert at_hand(past, "2026-03-03 11:50") == {"thank_you": "open", "follow_up": "open"}


def test_another_calendar_for_a_while_forgets_no_deleted_interview(past: Story) -> None:
    right, other = str(past.side.calendar), past.root / "elsewhere"
    other.mkdir()
    change(past, right, str(other))
    run_cycle(past.settings, past.time("2026-03-03 11:45"))
    assert report(past, "2026-03-03 11:45").opportunities == ()
    change(past, str(other), right)
    assert at_hand(past, "2026-03-03 11:50") == {"thank_you": "open", "follow_up": "open"}


def test_another_account_for_a_while_forgets_no_deleted_interview(past: Story) -> None:
    right, other, kept = str(past.side.calendar), past.root / "elsewhere", str(past.side.kept)
    other.mkdir()
    change(past, "sam@mail.example", "kim@mail.example")
    change(past, right, str(other))
    change(past, kept, f"{other}.ics")
    run_cycle(past.settings, past.time("2026-03-03 11:45"))
    assert report(past, "2026-03-03 11:45").opportunities == ()
    change(past, f"{other}.ics", kept)
    change(past, str(other), right)
    change(past, "kim@mail.example", "sam@mail.example")
    run_cycle(past.settings, past.time("2026-03-03 11:50"))
    assert at_hand(past, "2026-03-03 11:50") == {"thank_you": "open", "follow_up": "open"}


def test_a_renamed_calendar_remembers_what_was_deleted(past: Story) -> None:
    right, new = past.side.calendar, past.root / "renamed"
    for number in range(2):
        past.interview(
            {"id": f"x{number}", "title": f"Interview with Sorrel {number}", "when": f"2026-03-1{number} 10:00-11:00"},
            past.time("2026-03-03 11:41"),
        )
    before = at_hand(past, "2026-03-03 11:42")
    assert before["thank_you"] == "open"
    right.rename(new)
    change(past, f'"{right}"', f'"{new}"')
    assert at_hand(past, "2026-03-03 11:50") == before
    new.rename(right)
    change(past, f'"{new}"', f'"{right}"')
    assert at_hand(past, "2026-03-03 11:55") == before


def test_a_wrong_place_for_reminders_moves_none(story: Story) -> None:
    at = "2026-03-03 11:30"
    assert at_hand(story, at) == {"thank_you": "open", "follow_up": "open"}
    right = str(story.side.kept)
    change(story, f'reminders = "{right}"', f'reminders = "{story.config}/where.ics"')
    before = {path: path.read_bytes() for path in story.side.kept.glob("*.ics")}
    with pytest.raises(SyncdError):
        run_cycle(story.settings, story.time(at))
    change(story, f"{story.config}/where.ics", right)
    assert run_cycle(story.settings, story.time(at)).actions == ()
    assert states(story, at)["thank_you"] == "open"
    assert {path: path.read_bytes() for path in story.side.kept.glob("*.ics")} == before


def test_what_a_calendar_left_behind_is_dropped_once_it_is_old(past: Story) -> None:
    right, other = str(past.side.calendar), past.root / "elsewhere"
    for number, folder in enumerate((other, past.root / "third")):
        folder.mkdir()
        change(past, right if not number else str(other), str(folder))
        run_cycle(past.settings, past.time(("2026-03-03 11:45", "2026-06-03 11:45")[number]))
    with opened(past.settings, pytest.fail) as app:
        assert [source for _, source in app.store.retired().values()] == []
