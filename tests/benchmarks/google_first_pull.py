"""What a first pull of Gmail costs with many interviews in small and large mailboxes (see README.md beside this file)."""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # a plain command: the test server is beside the tests

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
SINCE = NOW - timedelta(days=60)
ME = "sam@mail.example"


@dataclass(frozen=True)
class Cost:
    """Of one pull. ``peak`` is of the whole process so far, in MB; ``waited`` the seconds that pacing would take."""

    messages: int
    requests: int
    units: int
    received: int
    seconds: float
    waited: float
    peak: float


def mails(interviews: int, each: int) -> Iterator[tuple[bytes, tuple[str, ...], datetime]]:
    """Threads of *each* messages about every interview, to and fro; every fourth thread has a stranger in it."""
    for n in range(interviews):
        them, names = f"Jo Finder{n} <jo{n}@company{n}.example>", []
        for k in range(each):
            at = NOW - timedelta(days=1 + (n * 7) % 50, hours=-4 * k)
            sent = k % 2 == 1
            name = f"m{n}.{k}@bench.example"
            writer = f"Lee Helper{n} <lee{n}@helpers.example>" if k == 2 and n % 4 == 0 else them
            head = [
                f"From: {ME if sent else writer}",
                f"To: {them if sent else ME}",
                f"Subject: {'Re: ' if k else ''}Talking with Company{n} about role {n}",
                f"Date: {at:%a, %d %b %Y %H:%M:%S +0000}",
                f"Message-ID: <{name}>",
                *([f"References: {' '.join(names)}"] if names else []),
                *(
                    f"Received: from mx{hop}.example by mail.example; {at:%a, %d %b %Y %H:%M:%S +0000}"
                    for hop in range(4)
                ),
                "Content-Type: text/plain; charset=utf-8",
            ]
            names.append(f"<{name}>")
            text = "Thank you for the talk. " * 60
            yield "\n".join([*head, "", text]).encode(), ("SENT",) if sent else ("INBOX",), at


def serve(pipe: Connection, size: int, interviews: int, each: int) -> None:
    """The server, in a process of its own, so that neither its time nor its memory is counted."""
    from tests.fake_google.server import FakeGoogle

    with FakeGoogle(ME, now=NOW) as google, tempfile.TemporaryDirectory(prefix="syncd-bench-") as folder:
        own = 0
        for raw, labels, at in mails(interviews, each):
            google.mailbox.deliver(raw, labels, at)
            own += 1
        google.mailbox.add_noise(size - own, kinds=("newsletter", "notification", "shop", "jobs", "sent"))
        token = google.write_token(Path(folder) / "private" / "token.json")
        pipe.send((google.gmail_endpoint, str(token)))
        while pipe.recv():
            pipe.send((google.bytes_out, google.mailbox.units))


def interest(interviews: int):
    """What ``infer.concern`` makes of so many interviews."""
    from syncd.infer.concern import concern
    from syncd.model import Account, Attendee, Event, EventReading, Interview, Person

    found = []
    for n in range(interviews):
        jo = Person(f"Jo Finder{n}", f"jo{n}@company{n}.example")
        start = NOW - timedelta(days=n % 40)
        event = Event("b", f"e{n}", f"e{n}", start, start + timedelta(hours=1), organizer=jo, attendees=(Attendee(jo),))
        found.append(Interview(event, EventReading(True, company=f"Company{n}", people=(jo,))))
    return concern(found, (), Account(ME), SINCE)


@contextmanager
def served(size: int, interviews: int, each: int) -> Iterator[tuple[Connection, str, Path]]:
    """A server with a mailbox of *size* messages."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=serve, args=(there, size, interviews, each))
    process.start()
    endpoint, token = here.recv()
    try:
        yield here, endpoint, Path(token)
    finally:
        here.send(False)
        process.join()


def measure(size: int, interviews: int, each: int) -> list[Cost]:
    """A first pull and one that finds nothing new, each with a session of its own, as in two cycles."""
    from syncd.backends.google.mail import GoogleMail
    from syncd.backends.google.session import Session
    from syncd.model import Account
    from syncd.ports import Traffic
    from syncd.sign_in.credentials import signed_in
    from tests.virtual_clock import VirtualClock

    costs, cursor, wanted = [], None, interest(interviews)
    with served(size, interviews, each) as (pipe, endpoint, token):
        for _ in range(2):
            pipe.send(True)
            received, units = pipe.recv()
            clock, traffic = VirtualClock(), Traffic()
            start = time.perf_counter()
            session = Session(signed_in(token), clock, traffic, gmail_endpoint=endpoint)
            try:
                changes = GoogleMail(session, Account(ME)).pull(cursor, wanted)
            finally:
                session.close()
            seconds = time.perf_counter() - start
            pipe.send(True)
            received_then, units_then = pipe.recv()
            assert units_then - units == traffic.gmail_units, (units, units_then, traffic)
            cursor = changes.cursor
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            size_of = received_then - received
            waited = sum(clock.pauses)
            costs.append(Cost(len(changes.messages), traffic.mail, traffic.gmail_units, size_of, seconds, waited, peak))
    return costs


def main() -> None:
    """Measure each mailbox in a process of its own, and print."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--messages", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    ask.add_argument("--interviews", type=int, default=40)
    ask.add_argument("--each", type=int, default=4, help="mails about each interview")
    args = ask.parse_args()
    print(
        f"{args.interviews} interviews, {args.each} mails about each; seconds without the waiting that pacing asks for"
    )
    print(
        f"{'mailbox':>8} {'pull':6} {'given':>6} {'requests':>8} {'units':>6} {'kB':>7} {'s':>6} {'waits':>6} {'MB':>6}"
    )
    for size in args.messages:
        with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
            costs = pool.submit(measure, size, args.interviews, args.each).result()
        for name, cost in zip(("first", "idle"), costs, strict=True):
            print(
                f"{size:8} {name:6} {cost.messages:6} {cost.requests:8} {cost.units:6} {cost.received / 1000:7.1f} "
                f"{cost.seconds:6.2f} {cost.waited:6.1f} {cost.peak:6.1f}"
            )


if __name__ == "__main__":
    main()
