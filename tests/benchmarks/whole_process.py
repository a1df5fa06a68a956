"""Time whole processes of syncd on a mailbox and a calendar of a given size (see README.md beside this file)."""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

NOW = datetime(2026, 5, 20, 10, 0, tzinfo=UTC)
WORDS = [
    "the",
    "invoice",
    "for",
    "March",
    "is",
    "attached",
    "please",
    "let",
    "me",
    "know",
    "whether",
    "the",
    "numbers",
    "look",
    "right",
    "to",
    "you",
    "and",
    "when",
    "we",
    "could",
    "talk",
    "about",
    "the",
    "garden",
    "fence",
    "the",
    "neighbours",
    "asked",
    "about",
    "it",
    "again",
    "thanks",
    "for",
    "the",
    "photos",
    "of",
    "the",
    "little",
    "one",
    "see",
    "you",
    "on",
    "Sunday",
]


def make_mail(root: Path, count: int, interviews: int, *, mbox: bool) -> list[Path]:
    """*count* messages over 90 days; one in fifty is between the person and an interviewer."""
    rng = random.Random(1)
    folders = {"Sent": root / "mail" / "Sent", "Inbox": root / "mail" / "Inbox"}
    for folder in folders.values():
        for part in ("cur", "new", "tmp"):
            (folder / part).mkdir(parents=True)
    stream: list[bytes] = []
    for n in range(count):
        at = NOW - timedelta(minutes=rng.randrange(90 * 24 * 60))
        sent = rng.random() < 0.3
        k = rng.randrange(interviews)
        about = f"Jo {k} <jo{k}@company{k}.example>" if n % 50 == 0 else f"Friend {n % 400} <f{n % 400}@mail.example>"
        message = EmailMessage()
        me = "Sam Field <sam@mail.example>"
        message["From"], message["To"] = (me, about) if sent else (about, me)
        message["Subject"] = " ".join(rng.choices(WORDS, k=5))
        message["Date"] = format_datetime(at)
        message["Message-ID"] = f"<m{n}@bench.example>"
        for hop in range(4):
            message["Received"] = f"from mx{hop}.example by mail.example; {format_datetime(at)}"
        text = "\n".join(" ".join(rng.choices(WORDS, k=12)) for _ in range(25))
        message.set_content("Thank you for the interview today.\n" + text if n % 50 == 0 and sent else text)
        data = message.as_bytes()
        if mbox:
            stream.append(b"From x@y.example " + at.strftime("%a %b %d %H:%M:%S %Y").encode() + b"\n" + data + b"\n")
        else:
            (folders["Sent" if sent else "Inbox"] / "cur" / f"{int(at.timestamp())}.M{n}.bench:2,S").write_bytes(data)
    if mbox:
        (root / "mail.mbox").write_bytes(b"".join(stream))
        return [root / "mail.mbox"]
    return list(folders.values())


def make_calendar(root: Path, count: int, interviews: int, *, single: bool) -> Path:
    """*count* events over 90 days, the first *interviews* of them interviews."""
    rng = random.Random(2)
    folder = root / "calendar"
    folder.mkdir()
    blocks = []
    for n in range(count):
        start = NOW - timedelta(days=rng.randrange(1, 60), hours=rng.randrange(8))
        title = f"Interview with Company{n}" if n < interviews else " ".join(rng.choices(WORDS, k=4))
        people = f"ORGANIZER;CN=Jo {n}:mailto:jo{n}@company{n}.example\r\nATTENDEE:mailto:sam@mail.example\r\n"
        blocks.append(
            f"BEGIN:VEVENT\r\nUID:e{n}@bench.example\r\nDTSTAMP:20260101T000000Z\r\n"
            f"DTSTART:{start:%Y%m%dT%H%M%SZ}\r\nDTEND:{start + timedelta(hours=1):%Y%m%dT%H%M%SZ}\r\n"
            f"SUMMARY:{title}\r\n{people if n < interviews else ''}DESCRIPTION:{' '.join(rng.choices(WORDS, k=9))}\r\n"
            "END:VEVENT\r\n"
        )
    head, tail = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bench//EN\r\n", "END:VCALENDAR\r\n"
    if single:
        path = root / "calendar.ics"
        path.write_text(head + "".join(blocks) + tail, newline="")
        return path
    for n, block in enumerate(blocks):
        (folder / f"e{n}.ics").write_text(head + block + tail, newline="")
    return folder


def make_data(root: Path, args: argparse.Namespace) -> tuple[list[Path], Path]:
    """Mailbox and calendar as asked for."""
    mail = make_mail(root, args.messages, args.interviews, mbox=args.mbox)
    return mail, make_calendar(root, args.events, args.interviews, single=args.single)


def in_a_process_of_its_own(make, *args):
    """What *make* gives. A child starts with its parent's peak memory, so the parent must stay small."""
    with ProcessPoolExecutor(max_workers=1) as pool:
        return pool.submit(make, *args).result()


def timed(argv: list[str], env: dict[str, str]) -> tuple[float, float]:
    """Wall seconds and peak MB of one process."""
    start = time.perf_counter()
    pid = os.posix_spawn(argv[0], argv, env, file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)])
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - start
    if status:
        sys.exit(f"{' '.join(argv)} ended with {os.waitstatus_to_exitcode(status)}")
    return seconds, usage.ru_maxrss / 1024


def main() -> None:
    """Make the data, run, print the medians."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--messages", type=int, default=10_000)
    ask.add_argument("--events", type=int, default=1_000)
    ask.add_argument("--interviews", type=int, default=30)
    ask.add_argument("--runs", type=int, default=5)
    ask.add_argument("--mbox", action="store_true")
    ask.add_argument("--single", action="store_true")
    args = ask.parse_args()
    syncd = str(Path(sys.executable).parent / "syncd")
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    with tempfile.TemporaryDirectory(prefix="syncd-bench-") as folder:
        root = Path(folder)
        mail, calendar = in_a_process_of_its_own(make_data, root, args)
        (root / "reminders").mkdir()
        state = root / "state" / "state.db"
        config = root / "config.toml"
        boxes = ", ".join(f'"{box}"' for box in mail)
        config.write_text(
            '[account]\nemail = "sam@mail.example"\ntimezone = "Europe/London"\ncountry = "GB"\n'
            f'[calendar]\nbackend = "local"\n[mail]\nbackend = "local"\n[local]\ncalendars = ["{calendar}"]\n'
            f'reminders = "{root / "reminders"}"\nmail = [{boxes}]\n[state]\npath = "{state}"\n'
        )
        sync = [syncd, "sync", "--config", str(config), "--now", NOW.isoformat()]
        rows: dict[str, list[tuple[float, float]]] = {"python": [], "--help": [], "first pull": [], "nothing new": []}
        for _ in range(args.runs):
            for path in state.parent.glob("*"):
                path.unlink()
            for path in (root / "reminders").iterdir():
                path.unlink()
            rows["python"].append(timed([sys.executable, "-c", "pass"], env))
            rows["--help"].append(timed([syncd, "--help"], env))
            rows["first pull"].append(timed(sync, env))
            timed(sync, env)  # a Maildir is looked at once more after a change
            rows["nothing new"].append(timed(sync, env))
    base = statistics.median(seconds for seconds, _ in rows["python"])
    print(f"{args.messages} messages, {args.events} events, {args.runs} runs; medians")
    for name, runs in rows.items():
        seconds = statistics.median(s for s, _ in runs)
        print(f"{name:12} {seconds:7.3f} s  {seconds / base:6.1f} x python  {max(m for _, m in runs):6.1f} MB")


if __name__ == "__main__":
    main()
