"""sd_notify(3), over real sockets: a path and an abstract name."""

import os
import socket
import subprocess
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest

from syncd.supervisor import Systemd


@contextmanager
def listening(name):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(f"\0{name[1:]}" if name.startswith("@") else name)
        line.settimeout(10)
        yield line


@pytest.mark.parametrize("abstract", [False, True])
def test_each_word(tmp_path, abstract):
    name = f"@syncd-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with listening(name) as line:
        systemd = Systemd({"NOTIFY_SOCKET": name})
        systemd.ready()
        systemd.status("synced 09:12;\n3 open\x1b; ✓\u2028READY=0")
        systemd.alive()
        systemd.reloading(12.5)
        systemd.stopping()
        systemd.not_ready_within(timedelta(seconds=90))
        told = [line.recv(4096).decode() for _ in range(6)]
    assert told == [
        "READY=1",
        "STATUS=synced 09:12; 3 open ; ✓ READY=0",
        "WATCHDOG=1",
        "RELOADING=1\nMONOTONIC_USEC=12500000",
        "STOPPING=1",
        "EXTEND_TIMEOUT_USEC=90000000",
    ]
    assert systemd.listens and not Systemd({}).listens


@pytest.mark.parametrize("named", ["", "vsock:2:1234", "relative", "/nowhere/at/all", "@nobody-listens-there"])
def test_where_nobody_listens_nothing_happens(named):
    Systemd({"NOTIFY_SOCKET": named}).ready()


def test_a_status_is_a_line_and_no_book(tmp_path):
    name = str(tmp_path / "notify")
    with listening(name) as line:
        Systemd({"NOTIFY_SOCKET": name}).status("word " * 100_000)
        assert len(line.recv(65536)) < 1100


def test_a_socket_that_nobody_empties_holds_nobody_up_for_long(tmp_path):
    name = str(tmp_path / "notify")
    with listening(name):
        full = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        with full:
            full.setblocking(False)
            with suppress(BlockingIOError):
                while full.sendto(b"x", name):
                    pass
            Systemd({"NOTIFY_SOCKET": name}).ready()


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "3000000"}, 3.0),
        ({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": str(os.getpid())}, 3.0),
        ({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "-5"}, None),
    ],
)
def test_the_watchdog_is_meant_for_one_process(environ, seconds):
    assert Systemd(environ).watchdog == seconds


def test_systemd_s_own_program_says_the_same(tmp_path):
    """What systemd-notify sends for a word is what we send."""
    name = str(tmp_path / "notify")
    with listening(name) as line:
        try:
            subprocess.run(["systemd-notify", "--no-block", "--status=synced"], env={**os.environ, "NOTIFY_SOCKET": name}, check=True, timeout=20)  # fmt: skip
        except FileNotFoundError:
            pytest.skip("SD_NOTIFY IS NOT COMPARED WITH SYSTEMD'S OWN: systemd-notify is not installed here")
        theirs = line.recv(4096)
        Systemd({"NOTIFY_SOCKET": name}).status("synced")
        assert line.recv(4096) in theirs
