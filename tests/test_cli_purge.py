"""``syncd purge`` with Google, over real HTTP: what goes, what stays, and what is said of it."""

import shutil

import pytest

from syncd.cli import main
from syncd.errors import Locked
from syncd.lock import run_lock_path, running
from syncd.marks_file import marks_path
from syncd.sign_in.revocation import CONNECTIONS
from syncd.unit.places import unit_name
from tests.fake_google.server import FakeGoogle, Fault
from tests.test_google_whole import ME, OWN, Search, at

NOW = "2026-03-03T12:05"


class Person:
    """Somebody with reminders at Google, who looks at a terminal."""

    def __init__(self, google, root, capsys, write=OWN):
        self.search, self.google, self.capsys = Search(google, root, write), google, capsys
        self.search.interview()
        self.search.cycle("2026-03-03 12:00")
        self.state = self.search.settings.state
        assert main(self.argv("mark", "Tansy Mill", "thanked")) == 0
        capsys.readouterr()

    def argv(self, *words):
        return [*words, "--config", str(self.search.config), "--now", NOW]

    def purge(self, *words):
        code = main(self.argv("purge", *words))
        told = self.capsys.readouterr()
        return code, told.out.splitlines(), told.err

    def standing(self):
        return sum(len(self.search.reminders(calendar)) for calendar in self.google.calendars.ids)

    @property
    def files(self):
        return {path.name for path in self.search.root.rglob("*") if path.is_file()}

    @property
    def signed_in(self):
        return any(grant.alive for grant in self.google.oauth.grants)


@pytest.fixture
def google():
    with FakeGoogle(ME, now=at("2026-03-02 09:00"), time_zone="Europe/London") as server:
        yield server


@pytest.fixture
def person(google, tmp_path, capsys):
    return Person(google, tmp_path, capsys)


def test_all_goes_and_google_forgets_the_sign_in(person):
    token, marks = person.search.token, marks_path(person.state)
    code, out, err = person.purge("--all")
    assert (code, err) == (0, "")
    assert person.standing() == 0
    assert not person.signed_in
    assert person.files == {"config.toml"}
    assert out[-5:] == [
        "2 removed from new:Follow-ups.",
        'The calendar "Follow-ups", which syncd made, is left, empty of reminders; you can delete it in Google Calendar.',
        f"removed {person.state} (what syncd remembers)",
        f"removed {marks} (what you said with syncd mark and syncd pause)",
        f"removed {token} (the sign-in, at Google too)",
    ]


def test_a_rehearsal_says_the_same_and_touches_nothing(person):
    before = person.files
    code, out, err = person.purge("--all", "--dry-run")
    assert (code, err) == (0, "")
    assert person.files == before
    assert person.signed_in
    assert person.standing() == 2
    assert out[-1] == f"would remove {person.search.token} (the sign-in, at Google too)"
    assert any("which syncd made, would be left" in line for line in out)


def test_what_was_purged_before_still_tells_of_the_calendar(person):
    person.purge()
    code, out, _ = person.purge("--all")
    assert code == 0
    assert out[0] == "0 removed from new:Follow-ups."
    assert out[1].startswith('The calendar "Follow-ups", which syncd made, is left')


def test_no_calendar_is_told_of_that_is_not_syncds(google, tmp_path, capsys):
    _, out, _ = Person(google, tmp_path, capsys, "primary").purge("--all")
    assert not any("The calendar" in line for line in out)
    assert not any("next cycle" in line for line in out)


def test_who_signed_out_before_is_told_what_stays(person):
    assert main(["auth", "--revoke", "--config", str(person.search.config)]) == 0
    person.capsys.readouterr()
    named = f"--config {person.search.config}"
    told = f"syncd: the reminders at Google stay: not signed in (syncd auth {named}, then syncd purge {named})\n"
    before = person.files
    code, out, err = person.purge("--all", "--dry-run")
    assert (code, err) == (77, told)
    assert person.files == before
    code, out, err = person.purge("--all")
    assert (code, err) == (77, told)
    assert out == [
        f"removed {person.state} (what syncd remembers)",
        f"removed {marks_path(person.state)} (what you said with syncd mark and syncd pause)",
    ]
    assert person.files == {"config.toml"}
    assert person.standing() == 2
    assert person.purge()[0] == 77  # without --all nothing is done

    person.google.write_token(person.search.token)
    assert person.purge()[0] == 0
    assert person.standing() == 0


def test_a_sign_in_that_google_ended_goes_too(person):
    person.google.oauth.revoke_all()
    code, out, err = person.purge("--all")
    assert code == 77
    named = f"--config {person.search.config}"
    assert err == (
        "syncd: the reminders at Google stay: Google no longer takes the sign-in "
        f"(syncd auth {named}, then syncd purge {named})\n"
    )
    assert out[-1] == f"removed {person.search.token} (the sign-in, at Google too)"
    assert person.files == {"config.toml"}


def test_where_google_can_not_be_told_the_rest_goes_and_that_is_said(person):
    person.google.fail(Fault.dropped(), times=3, where=lambda request: request.path == "/revoke")
    code, out, err = person.purge("--all")
    assert code == 69
    assert err.startswith(f"syncd: Google still lists the sign-in; remove it at {CONNECTIONS} (")
    assert err.count("\n") == 1
    assert out[-1] == f"removed {person.search.token} (the sign-in)"
    assert person.files == {"config.toml"}


def test_reminders_in_files_need_no_sign_in(google, tmp_path, capsys):
    (tmp_path / "cal").mkdir()
    search = Search(google, tmp_path)
    text = search.config.read_text().replace('backend = "google"', 'backend = "local"', 1)
    files = f'[local]\ncalendars = ["{tmp_path}/cal"]\nreminders = "{tmp_path}/reminders"\n'
    search.config.write_text(f"{text}\n{files}")
    search.token.unlink()
    assert main(["purge", "--config", str(search.config), "--now", NOW]) == 0
    assert capsys.readouterr().out == f"0 removed from {tmp_path}/reminders.\n"


def test_the_help_says_what_all_is(capsys):
    assert main(["purge", "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "Removes every reminder that syncd made, and no other event." in shown
    for what in ("store", "syncd mark", "sign-in, here and at Google", "config stays"):
        assert what in shown


def unit_of(config, folder):
    """Where the person's unit for *config* lies, with their own configs in *folder*."""
    return folder / "systemd/user" / f"{unit_name(config, {'XDG_CONFIG_HOME': str(folder)})}.service"


def test_what_writes_again_is_named_where_it_is(google, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "configs"))
    person = Person(google, tmp_path, capsys)
    again = "The next cycle writes those that are due again."
    assert person.purge()[1][-1] == again
    unit = unit_of(person.search.config, tmp_path / "configs")
    unit.parent.mkdir(parents=True)
    unit.touch()
    assert main(["sync", "--config", str(person.search.config), "--now", NOW]) == 0
    capsys.readouterr()
    *_, first, last = person.purge()[1]
    assert first == again
    assert f"syncd service uninstall --config {person.search.config}" in last


def test_not_all_beside_a_daemon_that_would_begin_anew(google, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "configs"))
    person = Person(google, tmp_path, capsys)
    standing = person.standing()
    unit = unit_of(person.search.config, tmp_path / "configs")
    with running(person.state):
        code, said, told = person.purge("--all")
        assert (code, said) == (75, []) and told.endswith(" and would begin anew; end it first\n")
        unit.parent.mkdir(parents=True)
        unit.touch()
        code, said, told = person.purge("--all")
        assert (code, said) == (75, []) and "first: syncd service uninstall" in told
        shutil.rmtree(tmp_path / "configs")
        assert person.standing() == standing and person.signed_in
        assert person.purge("--all", "--dry-run")[0] == 0
    run_lock_path(person.state).write_text("1")  # of a daemon that was killed
    assert person.purge("--all")[0] == 0
    assert not [name for name in person.files if "lock" in name]


def test_no_daemon_begins_while_all_is_removed(google, tmp_path, capsys):
    person = Person(google, tmp_path, capsys)
    refused = []

    def begin(_request):
        with pytest.raises(Locked, match=r"^syncd runs already for this account"), running(person.state):
            pytest.fail("a daemon beside a purge")
        refused.append(person.standing())
        return False

    google.fail(Fault.dropped(), times=100, where=begin)
    assert person.purge("--all")[0] == 0
    assert len(refused) > 2
    assert not [name for name in person.files if "lock" in name]


def test_what_was_never_used_is_not_made_to_be_purged(google, tmp_path, capsys):
    search = Search(google, tmp_path)
    assert main(["purge", "--all", "--config", str(search.config), "--now", NOW]) == 0
    state = search.settings.state
    assert not list(state.parent.glob("*lock*"))
