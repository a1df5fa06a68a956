"""Asked to end, a real process ends within two seconds with 0, whatever it is in the midst of."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAD = """
import ctypes, os, signal, sys, time
from syncd.errors import Stopped
from syncd.signals import InterruptibleClock, Signals
class Nobody:
    def alive(self): print("alive", flush=True)
def say(what): print(what, flush=True)
signals = Signals()
clock = InterruptibleClock(signals, Nobody())
"""
IDLE = "with signals:\n  say('up')\n  signals.wait(60)\n  say(f'woken {signals.stopping}')"
PAUSED = "with signals:\n  say('up')\n  try: clock.pause(60)\n  except Stopped as e: say(f'stopped {e}')"
IN_HAND = """
with signals:
  say('up')
  end = time.monotonic() + 0.7
  while time.monotonic() < end: pass
  say('whole')
  try: clock.checkpoint()
  except Stopped: say('stopped')
"""
LONG = """
try:
  with signals:
    say('up')
    sys.stdin.read()
except Stopped as stopped: say(f'stopped {stopped}')
"""
SWALLOWED = """
with signals:
  say('up')
  for left in (1, 0):
    try: sys.stdin.read()
    except Stopped:
      say(f'swallowed {left}')
"""
IN_C = """
mutex = ctypes.create_string_buffer(64)
lock = ctypes.CDLL(None).pthread_mutex_lock
try:
  with signals:
    say('up')
    lock(mutex), lock(mutex)
except Stopped as stopped: say(f'stopped {stopped}')
"""
RELOAD = """
with signals:
  say('up')
  for _ in range(2):
    signals.wait(60)
    say(f'woken {signals.reload_asked()} {signals.reload_asked()} {signals.stopping}')
"""
LEFT_AS_BEFORE = """
with signals: say('up')
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGALRM): assert signal.getsignal(number) == signal.SIG_DFL
assert len(os.listdir('/proc/self/fd')) == 4, os.listdir('/proc/self/fd')
say('as before')
"""


@contextmanager
def process(code):
    argv = [sys.executable, "-c", HEAD + code]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as running:
        assert running.stdout.readline() == "up\n"
        yield running
        running.kill()


def ended(running, *numbers):
    """What it says once it got these signals, its exit code, and how long it took."""
    start = time.monotonic()
    for number in numbers:
        running.send_signal(number)
    told = running.stdout.read().splitlines()
    return told, running.wait(20), time.monotonic() - start


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize(
    ("code", "told", "at_most"),
    [
        (IDLE, ["woken True"], 1.0),
        (PAUSED, ["stopped asked to end: the next cycle goes on from here"], 1.0),
        (IN_HAND, ["whole", "stopped"], 1.5),
        (LONG, ["stopped asked to end: what was in hand took too long, and the next cycle goes on from there"], 2.0),
        (SWALLOWED, ["swallowed 1", "swallowed 0"], 2.0),
        (IN_C, [], 2.0),
    ],
    ids=["idle", "paused", "in hand", "long", "swallowed", "in C"],
)
def test_it_ends(code, told, at_most, number):
    with process(code) as running:
        said, exit_code, seconds = ended(running, number)
    assert ([line for line in said if line != "alive"], exit_code) == (told, 0)
    assert seconds < at_most


@pytest.mark.parametrize(("code", "at_most"), [(LONG, 1.0), (IN_C, 1.2)], ids=["long", "in C"])
def test_asked_twice_it_ends_at_once(code, at_most):
    with process(code) as running:
        said, exit_code, seconds = ended(running, signal.SIGTERM, signal.SIGINT)
    assert exit_code == 0
    assert seconds < at_most
    assert all("asked twice" in line for line in said)


def test_asked_to_reload_it_wakes_and_is_asked_once():
    with process(RELOAD) as running:
        running.send_signal(signal.SIGHUP)
        assert running.stdout.readline() == "woken True False False\n"
        assert ended(running, signal.SIGTERM)[:2] == (["woken False False True"], 0)


def test_all_is_left_as_it_was():
    with process(LEFT_AS_BEFORE) as running:
        assert running.stdout.read() == "as before\n"
        assert running.wait(20) == 0


def test_a_pause_goes_on_through_a_reload_and_says_that_it_is_alive():
    code = "with signals:\n  say('up')\n  clock.pause(0.6)\n  say(signals.reload_asked())"
    with process(code) as running:
        os.kill(running.pid, signal.SIGHUP)
        assert running.stdout.read().splitlines() == ["alive", "alive", "True"]
