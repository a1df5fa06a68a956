"""A notification on the desktop, over a real session bus, to a small desktop that shows what it was asked to."""

from __future__ import annotations

import queue
import shutil
import subprocess
import threading
from pathlib import Path

import pytest
from jeepney import HeaderFields, new_error, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

from syncd.alert import alert

NAME = "org.freedesktop.Notifications"
CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={path}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow eavesdrop="false"/><allow own="*"/></policy></busconfig>
"""


@pytest.fixture
def session(tmp_path):
    """The environment of somebody whose session has a bus."""
    missing = [name for name in ("dbus-daemon", "busctl") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"THE DESKTOP NOTIFICATION IS NOT TESTED: not installed here: {', '.join(missing)}")
    config = tmp_path / "bus.conf"
    config.write_text(CONFIG.format(path=tmp_path / "bus"))
    argv = ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as bus:
        assert bus.stdout
        assert bus.stdout.readline().startswith("unix:path=")
        yield {"PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(tmp_path)}
        bus.terminate()


class Desktop:
    """Owns the name, answers each call, or refuses it, and keeps what it was asked to show."""

    def __init__(self, path: Path, *, refuses: bool = False) -> None:
        self.shown: queue.Queue[tuple[object, ...]] = queue.Queue()
        self._refuses = refuses
        self._bus = open_dbus_connection(f"unix:path={path}")
        self._bus.send_and_get_reply(message_bus.RequestName(NAME), timeout=20)
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            asked = self._bus.receive(timeout=60)
            if asked.header.fields.get(HeaderFields.member) != "Notify":
                continue  # that the name is ours
            self.shown.put(asked.body)
            answer = new_error(asked, f"{NAME}.Error") if self._refuses else new_method_return(asked, "u", (7,))
            self._bus.send(answer)
            return

    def close(self) -> None:
        self._thread.join(30)
        self._bus.close()


def test_it_is_shown_as_plain_text(session, tmp_path):
    desktop = Desktop(tmp_path / "bus")
    try:
        assert alert("syncd: sign in <again>\x00", "run: `syncd auth`\n<b>& more</b>; $HOME -1", session)
        assert desktop.shown.get(timeout=20) == (
            "syncd",
            0,
            "",
            "syncd: sign in <again>",
            "run: `syncd auth` &lt;b&gt;&amp; more&lt;/b&gt;; $HOME -1",
            [],
            {},
            -1,
        )
    finally:
        desktop.close()


def test_the_bus_may_be_named_by_its_address(session, tmp_path):
    desktop = Desktop(tmp_path / "bus")
    try:
        assert alert("-t", "--text", {"PATH": "/usr/bin:/bin", "DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/bus"})
        assert desktop.shown.get(timeout=20)[3:5] == ("-t", "--text")
    finally:
        desktop.close()


def test_a_desktop_that_refuses_it_is_no_error(session, tmp_path):
    desktop = Desktop(tmp_path / "bus", refuses=True)
    try:
        assert not alert("title", "text", session)
    finally:
        desktop.close()


def test_a_bus_without_a_desktop_is_no_error(session):
    assert not alert("title", "text", session)


def test_without_a_bus_or_without_busctl_nothing_happens(tmp_path):
    assert not alert("title", "text", {"PATH": "/usr/bin:/bin"})
    assert not alert("title", "text", {"PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(tmp_path)})
    assert not alert("title", "text", {"PATH": str(tmp_path), "DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/bus"})
    assert not alert("title", "text", {"PATH": "/usr/bin:/bin", "DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path}/no"})
