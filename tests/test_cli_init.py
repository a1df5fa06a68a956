"""``syncd init``: asked or told by flags, it leaves a config that holds, explains itself, and is private."""

import io
import os
import pty
import select
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from syncd import config
from syncd.cli import main

FILES = ["--backend", "local", "--calendars", "cal", "--mail", "Mail/Inbox", "--mail", "Mail/Sent"]
FLAGS = ["--email", "Robin@home.example", "--timezone", "Europe/Berlin", "--yes"]


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "EMAIL", "VDIRSYNCER_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TZ", "Europe/Berlin")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cal").mkdir()
    for box in ("Inbox", "Sent", "Old"):
        for part in ("cur", "new", "tmp"):
            (tmp_path / "Mail" / box / part).mkdir(parents=True)
    return tmp_path


@pytest.fixture
def answer(monkeypatch):
    def answer(*lines):
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    return answer


def load(home):
    return config.load(None, os.environ | {"HOME": str(home)})


def test_flags_alone_are_enough(home, capsys):
    assert (
        main(["init", *FLAGS, *FILES, "--reminders", "follow-ups", "--country", "de", "--subdivision", "Bayern"]) == 0
    )
    settings = load(home)
    assert settings.user.account.email == "robin@home.example"
    assert (settings.user.country, settings.user.subdivision) == ("DE", "BY")
    assert settings.local.calendars == (home / "cal",)
    assert settings.local.mail == (home / "Mail/Inbox", home / "Mail/Sent")
    assert settings.local.reminders == home / "follow-ups"
    assert (home / "follow-ups").is_dir()
    assert capsys.readouterr().out.splitlines() == [
        f"wrote {home}/.config/syncd/config.toml",
        f"made {home}/follow-ups for the reminders",
        "next: `syncd sync --dry-run` shows what a first run would do",
        "finally: `syncd service install` has it run by itself",
    ]


def test_the_config_is_explained_and_private(home):
    assert main(["init", *FLAGS, *FILES]) == 0
    path = home / ".config/syncd/config.toml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text()
    assert set(tomllib.loads(text)["local"]) == {"calendars", "reminders", "mail"}
    assert tomllib.loads(text)["local"]["mail"] == ["~/Mail/Inbox", "~/Mail/Sent"]
    assert '# How long a silence says enough.\n# after = "6w"\n' in text


def test_what_is_there_is_not_overwritten_unless_told_to(home, capsys, answer):
    path = home / "mine.toml"
    path.write_text("precious")
    path.chmod(0o644)
    assert main(["init", *FLAGS, *FILES, "--config", str(path)]) == 2
    assert capsys.readouterr().err == f"syncd: {path} is there already and stays as it is; --force overwrites it\n"
    answer("n")
    assert main(["init", *FLAGS[:-1], *FILES, "--output", str(path)]) == 2
    assert path.read_text() == "precious"
    assert main(["init", *FLAGS, *FILES, "--output", str(path), "--force"]) == 0
    assert "robin@home.example" in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_config_may_be_overwritten_by_saying_yes(home, answer):
    (home / "c.toml").write_text("old")
    answer("y", *[""] * 12)
    flags = ["--email", "robin@home.example", "--config", "c.toml", *FILES]
    assert main(["init", *flags]) == 0
    assert "robin@home.example" in (home / "c.toml").read_text()


def test_a_folder_is_not_a_config(home, capsys):
    assert main(["init", *FLAGS, *FILES, "--config", str(home)]) == 2
    assert "is a folder" in capsys.readouterr().err


def test_questions_are_asked_until_they_are_answered(home, answer, capsys):
    answer(
        "",
        "nobody",
        "robin@home.example",
        "r@work.example, robin@old.example",
        "Robin Example",
        "Berlin",
        "",
        "Germany",
        "DE",
        "Atlantis",
        "by",
        "9-5",
        "8-16",
        "files",
        "local",
        "nowhere",
        "cal",
        "",
        "Mail/Inbox, Mail/Sent",
    )
    assert main(["init"]) == 0
    settings = load(home)
    account = settings.user.account
    assert (account.email, account.name) == ("robin@home.example", "Robin Example")
    assert account.aliases == ("r@work.example", "robin@old.example")
    assert str(settings.user.zone) == "Europe/Berlin"
    assert (settings.user.country, settings.user.subdivision) == ("DE", "BY")
    assert settings.user.hours.start.hour == 8
    assert settings.local.reminders == home / ".local/share/syncd/follow-ups"
    out = capsys.readouterr().out
    assert "Your mail address:   please give an address, as you@mail.example\n" in out
    assert "please say google, local or mixed" in out
    assert 'no such time zone: "Berlin"; did you mean "Europe/Berlin"?' in out
    assert "BY Bayern" in out
    assert f"there is no file or folder {home}/nowhere" in out


def test_a_country_can_be_declined(home, answer):
    answer("", "", "", "-", *[""] * 5)
    assert main(["init", "--email", "robin@home.example", *FILES]) == 0
    assert load(home).user.country == ""


def test_an_answer_that_does_not_come_ends_without_a_file(home, answer, capsys):
    answer("robin@home.example")
    assert main(["init"]) == 2
    assert "syncd: no answer; give flags" in capsys.readouterr().err
    assert not (home / ".config").exists()


@pytest.mark.parametrize(
    ("flags", "problem"),
    [
        ([*FILES], "--email is needed"),
        ([*FILES, "--email", ""], "--email: please give an address, as you@mail.example"),
        ([*FILES, "--email", "robin"], '--email: is no mail address: "robin"'),
        ([*FILES, *FLAGS, "--timezone", "Berlin"], 'did you mean "Europe/Berlin"?'),
        ([*FILES, *FLAGS, "--country", "XX"], "--country: must be a country's two-letter code"),
        ([*FILES, *FLAGS, "--country", "DE", "--subdivision", "XX"], '--subdivision: DE has no "XX"'),
        ([*FILES, *FLAGS, "--country", "SG", "--subdivision", "XX"], "--subdivision: SG has no states"),
        ([*FILES, *FLAGS, "--working-hours", "17-9"], "--working-hours: ends before it starts"),
        ([*FLAGS, *FILES, "--calendars", "nowhere"], "--calendars: there is no file or folder"),
        ([*FLAGS, "--backend", "local"], "--calendars: is needed"),
        ([*FLAGS, "--backend", "caldav"], "invalid choice: 'caldav'"),
        ([*FLAGS, "--backend", "google", "--calendars", "cal"], "--calendars: is for --calendar-backend local"),
        ([*FLAGS, "--backend", "google", "--reminders", "r"], "--reminders: is for --calendar-backend local"),
        (
            [*FLAGS, *FILES, "--write", "primary"],
            "--write: is for --calendar-backend google, and the calendar is local",
        ),
        ([*FLAGS, "--calendars", "cal", "--write", "primary"], "--write: is for --calendar-backend google"),
        ([*FLAGS, "--mail-backend", "google", "--mail", "Mail/Inbox"], "--mail: is for --mail-backend local"),
        ([*FLAGS, *FILES, "--client-secret", "c.json"], "--client-secret: is for Google"),
        ([*FLAGS, "--mail", "Mail/Inbox"], "--calendars: is needed"),
        ([*FLAGS, "--mail", "Mail/Inbox", "--client-secret", "c.json"], "--client-secret: is for Google"),
    ],
)
def test_a_flag_that_can_not_be_used_is_named(home, capsys, flags, problem):
    assert main(["init", "--yes", *flags]) == 2
    err = capsys.readouterr().err
    assert problem in err
    assert err.count("\n") == 1
    assert not (home / ".config").exists()


def test_nothing_is_written_that_would_not_hold(home, capsys):
    flags = [*FLAGS, "--backend", "local", "--calendars", "cal", "--mail", "cal", "--reminders", "r"]
    assert main(["init", *flags]) == 78
    assert "[local] mail: " in capsys.readouterr().err
    assert not (home / ".config").exists()


def test_files_have_to_be_named_where_none_are_known(home, capsys):
    assert main(["init", *FLAGS, "--backend", "local"]) == 2
    assert "--calendars" in capsys.readouterr().err
    assert not (home / ".config").exists()


def test_google_is_proposed_where_no_files_are_known(home, capsys):
    assert main(["init", *FLAGS]) == 0
    settings = load(home)
    assert (settings.calendar_backend, settings.mail_backend) == ("google", "google")
    assert (settings.calendar_read, settings.calendar_write) == (("primary",), "new:Follow-ups")
    client = home / ".config/syncd/client_secret.json"
    assert settings.google.client_secret == client
    assert capsys.readouterr().out.splitlines() == [
        f"wrote {home}/.config/syncd/config.toml",
        f"your OAuth client belongs in {client}, which is not there yet: `syncd auth --help` tells how to make it",
        "next: `syncd auth`, once",
        "then: `syncd sync --dry-run` shows what a first run would do",
        "finally: `syncd service install` has it run by itself",
    ]


def test_one_client_does_for_every_config(home, capsys):
    client = home / ".config/syncd/client_secret.json"
    client.parent.mkdir(parents=True)
    client.touch()
    assert main(["init", *FLAGS, "--backend", "google", "--output", "elsewhere/other.toml"]) == 0
    settings = config.load(home / "elsewhere/other.toml", os.environ | {"HOME": str(home)})
    assert settings.google.client_secret == client
    assert f"your OAuth client belongs in {client}\n" in capsys.readouterr().out


MIXED = [
    (["--backend", "google", "--mail", "Mail/Inbox"], "google", "local"),
    (["--write", "primary", "--mail", "Mail/Inbox"], "google", "local"),
    (["--write", "primary"], "google", "google"),
    (["--calendar-backend", "google", "--mail-backend", "local", "--mail", "Mail/Inbox"], "google", "local"),
    (["--calendar-backend", "google"], "google", "google"),
    (["--mail-backend", "google", "--calendars", "cal"], "local", "google"),
    (["--backend", "local", "--mail-backend", "google", "--calendars", "cal"], "local", "google"),
    (["--backend", "google", "--calendar-backend", "local", "--calendars", "cal"], "local", "google"),
]


@pytest.mark.parametrize(("flags", "calendar", "mail"), MIXED)
def test_calendar_and_mail_may_be_in_different_places(home, capsys, flags, calendar, mail):
    assert main(["init", *FLAGS, *flags]) == 0
    settings = load(home)
    assert (settings.calendar_backend, settings.mail_backend) == (calendar, mail)
    assert settings.local.calendars == ((home / "cal",) if calendar == "local" else ())
    assert settings.local.mail == ((home / "Mail/Inbox",) if mail == "local" else ())
    assert (settings.local.reminders is None) == (calendar == "google")
    assert "next: `syncd auth`, once" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("answers", "calendar", "mail"),
    [
        (["mixed", "", "", "", "Mail/Inbox"], "google", "local"),
        (["mixed", "local", "", "cal", ""], "local", "google"),
    ],
)
def test_a_mixed_one_takes_one_question_more(home, answer, answers, calendar, mail):
    answer(*[""] * 6, *answers)
    assert main(["init", "--email", "robin@home.example"]) == 0
    settings = load(home)
    assert (settings.calendar_backend, settings.mail_backend) == (calendar, mail)


def test_where_the_other_is_is_asked_where_files_are_in_play(home, answer, capsys):
    answer(*[""] * 6, "", "", "google")
    assert main(["init", "--email", "robin@home.example", "--calendar-backend", "google"]) == 0
    assert "Where is your mail" not in capsys.readouterr().out
    (home / ".mbsyncrc").write_text("MaildirStore near\nPath ~/Mail/\nInbox ~/Mail/Inbox\n")
    answer(*[""] * 6, "", "", "", "")
    assert main(["init", "--email", "robin@home.example", "--calendar-backend", "google", "--force"]) == 0
    assert "Where is your mail: google, or local (files of this machine) [local]: " in capsys.readouterr().out
    assert load(home).local.mail == (home / "Mail/Inbox", home / "Mail/Sent")


def test_google_by_flags_and_the_next_step_names_the_config(home, capsys):
    flags = ["--backend", "google", "--client-secret", "mine.json", "--write", "primary", "--output", "other.toml"]
    assert main(["init", *FLAGS, *flags]) == 0
    settings = config.load(home / "other.toml", os.environ | {"HOME": str(home)})
    assert (settings.calendar_write, settings.google.client_secret) == ("primary", home / "mine.json")
    assert f"`syncd auth --config {home}/other.toml`" in capsys.readouterr().out


def test_google_is_asked_for(home, answer):
    answer(
        "robin@home.example", "", "", "", "", "", "", "disk", "google", "~/Downloads/client.json", "new:", "new:Nudges"
    )
    assert main(["init"]) == 0
    settings = load(home)
    assert settings.calendar_backend == "google"
    assert settings.google.client_secret == home / "Downloads/client.json"
    assert settings.calendar_write == "new:Nudges"


def test_what_other_programs_know_is_proposed(home):
    calendars = home / ".calendars"
    for name in ("work", "private", "contacts", "empty"):
        (calendars / name).mkdir(parents=True)
    (calendars / "work/a.ics").touch()
    (calendars / "private/b.ics").touch()
    (calendars / "contacts/c.vcf").touch()
    (home / "shared.ics").touch()
    (home / "khal").mkdir()
    (home / "khal/d.ics").touch()
    (home / ".config/vdirsyncer").mkdir(parents=True)
    (home / ".config/vdirsyncer/config").write_text(
        '[general]\nstatus_path = "~/.vdirsyncer/status/"\n\n[pair a]\na = "x"\ncollections = ["x",\n  "w"]\n\n'
        '[storage mine]\ntype = "filesystem"\npath = "~/.calendars/"\nfileext = ".ics"\n\n'
        '[storage cards]\ntype = "filesystem"\npath = "~/.calendars/"\nfileext = ".vcf"\n\n'
        '[storage one]\ntype = "singlefile"\npath = "~/%s.ics"\n\n[storage far]\ntype = "caldav"\n'
    )
    (home / ".config/khal").mkdir()
    (home / ".config/khal/config").write_text(
        "[calendars]\n\n  [[home]]\n    path = ~/khal/*\n    type = discover\n  [[other]]\n  path = ~/kh*\n"
        "  color = red\n[locale]\ntimeformat = %H:%M\n"
    )
    (home / ".mbsyncrc").write_text(
        "IMAPStore far\nHost imap.home.example\n\n# mine\nMaildirStore near\nPath ~/Mail/\nInbox ~/Mail/Inbox\n"
        'SubFolders Verbatim\n\nMaildirStore "other"\nPath "~/No Mail/"\n'
    )
    assert main(["init", *FLAGS]) == 0
    settings = load(home)
    assert settings.user.country == "DE"
    assert settings.local.calendars == (calendars / "private", calendars / "work", home / "shared.ics", home / "khal")
    assert settings.local.reminders == calendars / "follow-ups"
    assert settings.local.mail == (home / "Mail/Inbox", home / "Mail/Sent")


@pytest.mark.parametrize("text", ["", "no ini", "[storage x]\ntype", "\x00", "[[[", "MaildirStore x\nPath 'open"])
def test_a_config_of_others_that_can_not_be_read_proposes_nothing(home, text):
    for name in (".config/vdirsyncer/config", ".config/khal/config", ".mbsyncrc"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    assert main(["init", *FLAGS]) == 0
    assert load(home).calendar_backend == "google"


def test_a_comma_in_a_flag_is_no_border(home):
    (home / "a, b").mkdir()
    assert main(["init", *FLAGS, "--backend", "local", "--calendars", "a, b", "--mail", "Mail/Inbox"]) == 0
    assert load(home).local.calendars == (home / "a, b",)


def test_where_mbsync_and_offlineimap_keep_mail_is_known_by_their_own_rules(home):
    for box in ("Maildir", "Maildir/.Sent", "Maildir/.Archive", "Far/INBOX", "Far/Gesendet"):
        for part in ("cur", "new", "tmp"):
            (home / box / part).mkdir(parents=True)
    (home / ".config/offlineimap").mkdir(parents=True)
    (home / ".config/isyncrc").write_text("MaildirStore near\nSubFolders Maildir++\n")
    (home / ".config/offlineimap/config").write_text(
        "[general]\naccounts = a\n[Repository L]\ntype = Maildir\nlocalfolders = ~/Far\n[Repository R]\ntype = Gmail\n"
    )
    assert main(["init", *FLAGS, "--calendars", "cal"]) == 0
    assert load(home).local.mail == tuple(
        home / box for box in ("Maildir", "Maildir/.Sent", "Far/Gesendet", "Far/INBOX")
    )


def test_old_places_of_configs_are_looked_at_too(home):
    (home / "cal/a.ics").touch()
    (home / ".khal").mkdir()
    (home / ".khal/khal.conf").write_text("[calendars]\n[[home]]\npath = ~/cal\n")
    assert main(["init", *FLAGS, "--mail", "Mail/Inbox"]) == 0
    assert load(home).local.calendars == (home / "cal",)


def test_what_was_found_is_said_with_where_it_is_named(home, answer, capsys):
    (home / "cal/a.ics").touch()
    (home / ".config/khal").mkdir(parents=True)
    (home / ".config/khal/config").write_text("[calendars]\n[[home]]\npath = ~/cal\n")
    (home / ".mbsyncrc").write_text("MaildirStore near\nPath ~/Mail/\nInbox ~/Mail/Inbox\n")
    answer(*[""] * 20)
    assert main(["init", "--email", "robin@home.example"]) == 0
    out = capsys.readouterr().out
    assert "Found calendars, named in ~/.config/khal/config: ~/cal\n" in out
    assert "Found mail, named in ~/.mbsyncrc: ~/Mail/Inbox, ~/Mail/Sent\n" in out


def test_the_client_is_explained_before_its_file_is_asked_for(home, answer, capsys):
    answer(*[""] * 20)
    assert main(["init", "--email", "robin@home.example", "--backend", "google"]) == 0
    out = capsys.readouterr().out
    assert out.index("`syncd auth --help` tells how, step by step") < out.index("The file of your OAuth client")


class TestWhatComesNext:
    GOOGLE = ("--backend", "google")

    def test_a_sign_in_that_is_wanted_by_flag_says_what_is_missing(self, home, capsys):
        assert main(["init", *FLAGS, *self.GOOGLE, "--auth"]) == 78
        told = capsys.readouterr()
        assert "there is no OAuth client yet" in told.err and told.err.count("\n") == 1
        assert load(home).calendar_backend == "google"

    def test_there_is_nothing_to_sign_in_to_with_files(self, home, capsys):
        assert main(["init", *FLAGS, *FILES, "--auth"]) == 2
        assert "--auth: is for Google" in capsys.readouterr().err
        assert not (home / ".config").exists()

    def test_a_service_that_is_wanted_where_there_is_no_systemd(self, home, capsys, monkeypatch):
        monkeypatch.setenv("PATH", str(home))
        assert main(["init", *FLAGS, *FILES, "--service"]) == 69
        assert "systemd" in capsys.readouterr().err
        assert load(home).calendar_backend == "local"

    def test_who_is_signed_in_already_is_not_sent_there(self, home, capsys):
        token = home / ".local/state/syncd/token.json"
        token.parent.mkdir(parents=True)
        token.touch()
        assert main(["init", *FLAGS, *self.GOOGLE, "--no-service"]) == 0
        out = capsys.readouterr().out
        assert "next: `syncd auth" not in out
        assert "next: `syncd sync --dry-run` shows" in out

    def test_at_a_terminal_it_asks_and_takes_no_for_an_answer(self, home):
        client = home / ".config/syncd/client_secret.json"
        client.parent.mkdir(parents=True)
        client.write_text("{}")
        flags = [
            "--email",
            "robin@home.example",
            "--country",
            "DE",
            "--subdivision",
            "BY",
            "--name",
            "Robin",
            *self.GOOGLE,
        ]
        shown, code = at_a_terminal(home, [*flags, "--alias", "r@work.example", "--client-secret", str(client)], "n")
        assert code == 0, shown
        assert "Sign in with Google now? [Y/n] n" in shown
        assert "next: `syncd auth`, once" in shown
        assert "Have syncd run by itself" not in shown  # there is no systemd, and no sign-in

    def test_enter_is_a_yes(self, home):
        client = home / ".config/syncd/client_secret.json"
        client.parent.mkdir(parents=True)
        client.write_text("{}")
        shown, code = at_a_terminal(home, ["--email", "robin@home.example", *self.GOOGLE], "")
        assert code == 78, shown
        assert f"{client}: is not the file of an OAuth client" in shown.replace("\r\n", " ")


def at_a_terminal(home, flags, last):
    """What ``syncd init`` shows to a person who answers each question with Enter, and the offer with *last*; its code."""
    main_end, its_end = pty.openpty()
    environ = {"HOME": str(home), "PATH": str(home), "TZ": "Europe/Berlin", "LANG": "C.UTF-8"}
    process = subprocess.Popen(
        [sys.executable, "-m", "syncd", "init", *flags],
        stdin=its_end,
        stdout=its_end,
        stderr=its_end,
        env=environ,
        cwd=home,
    )
    os.close(its_end)
    shown = b""
    try:
        while True:
            ready, _, _ = select.select([main_end], [], [], 30)
            assert ready, shown
            try:
                piece = os.read(main_end, 4096)
            except OSError:  # nobody holds the other end any more
                break
            if not piece:
                break
            shown += piece
            if shown.endswith(b"[Y/n] "):
                os.write(main_end, last.encode() + b"\n")
            elif shown.endswith((b"]: ", b": ")) and not shown.endswith(b"warning: "):
                os.write(main_end, b"\n")
        return shown.decode(), process.wait(30)
    finally:
        os.close(main_end)
        if process.poll() is None:
            process.kill()
            process.wait()


class TestASecondAccount:
    SECOND = ("--email", "sam@mail.example", "--timezone", "Europe/London", "--country", "GB", "--yes")

    def test_it_gets_a_store_of_its_own_beside_the_first(self, home, capsys):
        assert main(["init", *FLAGS, *FILES]) == 0
        capsys.readouterr()
        second = home / "my second.toml"
        assert main(["init", *self.SECOND, *FILES, "--output", str(second)]) == 0
        settings = config.load(second, os.environ)
        assert settings.state == config.default_state(os.environ).with_name("state-my-second.db")
        told = (
            f"its store is {settings.state}, by [state] path: the usual one is that of {load(home).user.account.email}"
        )
        assert told in capsys.readouterr().out.splitlines()
        assert main(["init", *self.SECOND, *FILES, "--output", str(second), "--force"]) == 0
        assert config.load(second, os.environ).state == settings.state

    def test_by_what_is_in_the_store_where_the_first_config_lies_elsewhere(self, home):
        first, second = str(home / "first.toml"), str(home / "second.toml")
        assert main(["init", *FLAGS, *FILES, "--output", first]) == 0
        assert main(["sync", "--config", first]) == 0
        assert main(["init", *self.SECOND, *FILES, "--output", second]) == 0
        assert config.load(Path(second), os.environ).state.name == "state-second.db"

    def test_the_same_account_keeps_the_usual_one(self, home):
        assert main(["init", *FLAGS, *FILES]) == 0
        assert main(["init", *FLAGS, *FILES, "--output", str(home / "trial.toml")]) == 0
        assert config.load(home / "trial.toml", os.environ).state == config.default_state(os.environ)
