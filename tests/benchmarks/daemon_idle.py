"""Memory and processor time of an idle daemon, on files and with Google (see README.md beside this file)."""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
ME = "sam@mail.example"
DAY = 24 * 3600
CYCLES, TICKS = DAY // 300, DAY // 30
"""Of a day, at a poll of five minutes."""
TEXTS = (
    "Thank you for taking the time to speak with me. I enjoyed our conversation about the looms.",
    "I wanted to follow up on my interview and ask whether there is any news about the next steps.",
    "Thanks for your note. We are still discussing internally and you will hear from us by Friday next week.",
    "Unfortunately, we have decided to move forward with other candidates. We wish you all the best.",
    "Vielen Dank für das Gespräch. Wir melden uns bis Ende nächster Woche bei Ihnen.",
    "The neighbours asked about the garden fence again. Shall we look at it on Sunday?",
)


def mails(count: int) -> Iterator[tuple[bool, datetime, bytes]]:
    """As (sent, date, text): every third from or to an interviewer, in two languages."""
    chance, now = random.Random(1), datetime.now(UTC)
    for n in range(count):
        moment, sent = now - timedelta(minutes=chance.randrange(50 * 24 * 60)), n % 6 < 2
        k = n % 20
        other = f"Jo Hill{k} <jo@company{k}.example>" if n % 3 == 0 else f"Friend {n} <f{n}@mail.example>"
        message = EmailMessage()
        me = f"Sam Field <{ME}>"
        message["From"], message["To"] = (me, other) if sent else (other, me)
        message["Subject"], message["Date"] = "The interview", format_datetime(moment)
        message["Message-ID"] = f"<m{n}@bench.example>"
        message.set_content(f"{chance.choice(TEXTS[:2] if sent else TEXTS[2:])}\n\nKind regards, {n}\n")
        yield sent, moment, message.as_bytes()


def interviews(count: int) -> Iterator[tuple[int, datetime]]:
    """Their number and start, in the last weeks and the coming days."""
    for n in range(count):
        yield n, (datetime.now(UTC) + timedelta(days=5 - 2 * n)).replace(hour=10, minute=0, second=0, microsecond=0)


def put_file(root: Path, n: int, start: datetime, note: str = "") -> None:
    """An interview, with a *note* in its text."""
    (root / "calendar" / f"e{n}.ics").write_text(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bench//EN\r\nBEGIN:VEVENT\r\n"
        f"UID:e{n}@bench.example\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:Interview with Company{n}\r\n"
        f"DTSTART:{start:%Y%m%dT%H%M%SZ}\r\nDTEND:{start + timedelta(hours=1):%Y%m%dT%H%M%SZ}\r\nDESCRIPTION:{note}\r\n"
        f"ORGANIZER;CN=Jo Hill{n}:mailto:jo@company{n}.example\r\nATTENDEE:mailto:{ME}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        newline="",
    )


def on_files(root: Path, args: argparse.Namespace) -> str:
    """Make mailbox and calendar; the config's tables."""
    for folder in (
        "calendar",
        "reminders",
        *(f"{box}/{part}" for box in ("Inbox", "Sent") for part in ("cur", "new", "tmp")),
    ):
        (root / folder).mkdir(parents=True)
    for n, (sent, moment, text) in enumerate(mails(args.messages)):
        (root / ("Sent" if sent else "Inbox") / "cur" / f"{int(moment.timestamp())}.M{n}.bench:2,S").write_bytes(text)
    for n, start in interviews(args.interviews):
        put_file(root, n, start)
    return (
        '[calendar]\nbackend = "local"\n[mail]\nbackend = "local"\n'
        f'[local]\ncalendars = ["{root}/calendar"]\nreminders = "{root}/reminders"\nmail = ["{root}/Inbox", "{root}/Sent"]\n'
    )


def serve(end: Connection, root: Path, messages: int, count: int) -> None:
    """The test server, in a process of its own, until the other end is closed."""
    sys.path.insert(0, str(ROOT))
    from tests.fake_google.server import FakeGoogle

    with FakeGoogle(email=ME, now=datetime.now(UTC)) as google:
        for sent, moment, text in mails(messages):
            google.mailbox.deliver(text, labels=("SENT",) if sent else ("INBOX",), at=moment)
        for n, start in interviews(count):
            google.calendars.put(
                "primary",
                {
                    "id": f"bench{n}",
                    "iCalUID": f"e{n}@bench.example",
                    "summary": f"Interview with Company{n}",
                    "start": {"dateTime": start.isoformat(), "timeZone": "UTC"},
                    "end": {"dateTime": (start + timedelta(hours=1)).isoformat(), "timeZone": "UTC"},
                    "organizer": {"email": f"jo@company{n}.example", "displayName": f"Jo Hill{n}"},
                    "attendees": [{"email": ME, "responseStatus": "accepted"}],
                },
            )
        google.write_token(root / "token.json")
        end.send((google.calendar_endpoint, google.gmail_endpoint))
        while note := end.recv():
            google.now = datetime.now(UTC)
            google.log.clear()
            google.calendars.patch("primary", "bench0", {"description": note})
            end.send("done")


class Google:
    """The test server beside us."""

    def __init__(self, root: Path, args: argparse.Namespace) -> None:
        context = get_context("spawn")
        self.end, other = context.Pipe()
        self.process: SpawnProcess = context.Process(target=serve, args=(other, root, args.messages, args.interviews))
        self.process.start()
        other.close()
        calendar, gmail = self.end.recv()
        self.tables = (
            '[calendar]\nbackend = "google"\n[mail]\nbackend = "google"\n'
            f'[google]\ntoken = "{root}/token.json"\ncalendar_endpoint = "{calendar}"\ngmail_endpoint = "{gmail}"\n'
        )

    def touch(self, note: str) -> None:
        """Write into an interview."""
        self.end.send(note)
        self.end.recv()

    def close(self) -> None:
        """End it."""
        self.end.send("")
        self.process.join()


def memory(process: int) -> float:
    """Resident MB."""
    text = Path(f"/proc/{process}/smaps_rollup").read_text("utf-8")
    return int(re.findall(r"^Rss: +(\d+) kB", text, re.MULTILINE)[0]) / 1024


def seconds(process: int) -> float:
    """Of processor time so far, of all its threads."""
    tasks = Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(task.read_text("ascii").split()[0]) for task in tasks) / 1e9


class Daemon:
    """A real `syncd run`, listened to as a service manager does."""

    def __init__(self, root: Path, tables: str, **environ: str) -> None:
        self.root, config = root, root / "config.toml"
        config.write_text(
            f'[account]\nemail = "{ME}"\ntimezone = "Europe/London"\ncountry = "GB"\n{tables}'
            f'[state]\npath = "{root}/state/state.db"\n[daemon]\npoll = "1d"\n'
        )
        (root / "notify").unlink(missing_ok=True)
        self.line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.line.bind(str(root / "notify"))
        self.line.settimeout(120)
        kept = {name: value for name, value in os.environ.items() if name.startswith(("MALLOC_", "PATH"))}
        told = {"HOME": str(root), "NOTIFY_SOCKET": str(root / "notify"), "PYTHONPATH": str(ROOT)}
        self.log = (root / "log").open("wb")
        argv = [sys.executable, "-m", "syncd", "--config", str(config), "run"]
        self.process = subprocess.Popen(argv, env=kept | told | environ, stdout=self.log, stderr=self.log, cwd=root)
        self.says = ""
        self.until("^READY=1$")
        self.cycle()  # READY comes before the cycle that was asked for, and after the one at the start
        if not self.says.startswith("synced"):
            sys.exit(f"it says: {self.says}")

    def until(self, word: str) -> None:
        """Wait until it says *word*."""
        while not re.search(word, told := self.line.recv(8192).decode()):
            if told.startswith("STATUS="):
                self.says = told.removeprefix("STATUS=")

    def cycle(self) -> None:
        """Have it run one, as SIGHUP does (which reads its config again, and so costs somewhat more)."""
        self.process.send_signal(signal.SIGHUP)
        self.until("^READY=1$")

    def close(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait()
        self.line.close()
        self.log.close()


def alone() -> tuple[float, float]:
    """MB and processor seconds of Python, started and waiting."""
    argv = [sys.executable, "-c", "print(flush=True); input()"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as python:
        assert python.stdout is not None
        python.stdout.readline()
        found = memory(python.pid), seconds(python.pid)
        python.kill()
    return found


def measure(name: str, root: Path, tables: str, touch: Callable[[str], None], args: argparse.Namespace) -> None:
    """Print what the daemon takes; *touch* writes into an interview, so that the next cycle has something to do."""
    base_memory, base_seconds = alone()
    daemon = Daemon(root, tables)
    try:
        process = daemon.process.pid
        daemon.cycle()
        start, work = seconds(process), 0.0
        sizes: dict[int, float] = {}  # by the cycles that were run
        for n in range(args.cycles):
            if n % args.work == args.work - 1:
                touch(f"note {n}")
                before = seconds(process)
                daemon.cycle()
                daemon.cycle()
                work += seconds(process) - before
            else:
                daemon.cycle()
            if (n + 1) % 100 == 0:
                sizes[n + 1] = memory(process)
        daemon.cycle()
        all_cycles = seconds(process) - start
    finally:
        daemon.close()
    worked = args.cycles // args.work
    per_cycle = (all_cycles - work) / (args.cycles - worked)
    daemon = Daemon(root, tables, WATCHDOG_USEC="3000000")  # so that it ticks each second
    try:
        pid = daemon.process.pid
        idle, after_start = seconds(pid), memory(pid)
        for _ in range(3):  # what it still has to say of its start
            daemon.until("^WATCHDOG=1$")
        before = seconds(pid)
        for _ in range(args.ticks):
            daemon.until("^WATCHDOG=1$")
        per_tick = (seconds(pid) - before) / args.ticks
    finally:
        daemon.close()
    day = per_cycle * CYCLES + per_tick * TICKS
    print(f"{name}: {args.messages} messages, {args.interviews} interviews; {args.cycles} cycles, {worked} with work")
    for count in sorted({100, 1_000, args.cycles}):
        print(f"  resident, cycle {count:<12,}{sizes[count]:7.1f} MB  {sizes[count] / base_memory:6.1f} x python")
    print(f"  resident, at most           {max(sizes.values()):7.1f} MB  (python alone {base_memory:.1f} MB)")
    print(f"  resident, started again     {after_start:7.1f} MB  {after_start / base_memory:6.1f} x python")
    print(f"  start and first cycle       {idle:7.2f} s   {idle / base_seconds:6.1f} x python ({base_seconds:.3f} s)")
    print(f"  an idle cycle, a tick       {per_cycle * 1000:7.2f} ms {per_tick * 1000:6.2f} ms")
    print(f"  a cycle with work           {work / max(1, worked) * 1000:7.2f} ms")
    print(f"  an idle day                 {day:7.2f} s   {day / base_seconds:6.1f} x python")


def main() -> None:
    """Make the data, run, print."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--messages", type=int, default=600)
    ask.add_argument("--interviews", type=int, default=20)
    ask.add_argument("--cycles", type=int, default=10_000)
    ask.add_argument("--work", type=int, default=200, help="one cycle in so many finds a changed interview")
    ask.add_argument("--ticks", type=int, default=20)
    ask.add_argument("--only", choices=("files", "google"))
    args = ask.parse_args()
    if args.cycles < 1_000 or args.cycles % 100:
        ask.error("--cycles: at least 1000, in hundreds")
    if args.only != "google":
        with tempfile.TemporaryDirectory(prefix="syncd-bench-") as folder:
            root = Path(folder)
            tables = on_files(root, args)
            _, start = next(interviews(1))
            measure("files", root, tables, lambda note: put_file(root, 0, start, note), args)
    if args.only != "files":
        with tempfile.TemporaryDirectory(prefix="syncd-bench-") as folder:
            root = Path(folder)
            google = Google(root, args)
            try:
                measure("google", root, google.tables, google.touch, args)
            finally:
                google.close()


if __name__ == "__main__":
    main()
