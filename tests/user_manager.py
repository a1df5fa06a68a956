"""A real ``systemd --user`` manager with a home of its own, wherever systemd is installed: nobody's init need be systemd.

As root it lives in a mount namespace of its own, in which /run and /home are as a booted machine has them; nothing of
it is to be seen from outside, so that several may run side by side. Where namespaces are not to be had, or not as root,
it takes the machine as it finds it. What it can't do of the sandbox is what ``syncd service install`` finds out and says.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import syncd

PROGRAMS = ("systemctl", "systemd-run", "systemd-analyze", "dbus-daemon", "nsenter", "unshare", "setpriv")

# What PID 1 makes at boot: the mark that systemd runs, and the nodes that cover files up (systemd.exec(5),
# InaccessiblePaths=); a user's manager makes its own in its runtime folder, but root's looks here. And a control group
# that is the manager's own: two managers in one would take each other's services for theirs. The folders behind it in
# the arguments are what Robin needs although it lies in somebody's CLOSED home: a Python, a virtual environment.
_OWN = """set -e
home=$1 uid=$2 group=$3
shift 3
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /home
mkdir -p /run/systemd/system /run/systemd/unit-root /run/systemd/mount-rootfs /run/systemd/inaccessible/dir /run/user/$uid
(cd /run/systemd/inaccessible && : > reg && mkfifo fifo && mknod chr c 0 0 && mknod blk b 0 0 && chmod 000 *)
chmod 700 /run/user/$uid
for top in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
  [ -w $top ] || mount -o remount,rw $top || :
  if [ -e $top/cgroup.procs ] && mkdir $top/$group; then
    chown -R $uid $top/$group && echo $$ > $top/$group/cgroup.procs
  fi
done
for path; do mkdir -p "/run/kept$path" && mount --rbind "$path" "/run/kept$path"; done
for closed in $CLOSED; do mount -t tmpfs -o mode=755 tmpfs "$closed"; done
for path; do mkdir -p "$path" && mount --rbind "/run/kept$path" "$path"; done
mkdir /home/robin && mount --bind "$home" /home/robin && chown -R $uid /home/robin /run/user/$uid && cd /home/robin
exec setsid setpriv --reuid=$uid --regid=$uid --clear-groups "$SYSTEMD" --user
"""


_PLACES = ("/usr/lib/systemd/systemd", "/lib/systemd/systemd")


def why_not():
    """Why there can be no manager here; empty where there can."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    missing += [] if any(map(os.path.exists, _PLACES)) else ["systemd"]
    return f"SYSTEMD IS NOT TESTED: not installed here: {', '.join(missing)}" if missing else ""


def wait_for(what, seen, deadline=20.0):
    """What *seen* gives as soon as it is true. Fails past the *deadline* (seconds), naming *what* was waited for."""
    end = time.monotonic() + deadline
    while not (found := seen()):
        assert time.monotonic() < end, f"waited {deadline:.0f} seconds for {what}"
        os.sched_yield()
        signal.sigtimedwait([], 0.05)
    return found


class UserManager:
    """The manager of Robin, who has just logged in. ``home`` is the folder as this process sees it.

    Robin is the user *uid* where this process may choose that, and else the one who runs it.
    """

    def __init__(self, folder, uid):
        self.home = folder
        self.own = os.geteuid() == 0 and _works("unshare", "--mount", "true")
        self.uid = uid if self.own else os.geteuid()
        self.group = f"syncd-test-{os.getpid()}-{uid}"
        self.seen_home = Path("/home/robin") if self.own else folder
        runtime = Path(f"/run/user/{uid}") if self.own else folder / "run"
        self.environ = {
            "HOME": str(self.seen_home),
            "XDG_RUNTIME_DIR": str(runtime),
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "TZ": "UTC",
        }
        self.made = []
        self.process = None

    def start(self):
        if not self.own:
            Path(self.environ["XDG_RUNTIME_DIR"]).mkdir(mode=0o700)
            self._say_booted()
        paths = {path: closed for path in _PYTHON if (closed := _closed(path))} if self.uid else {}
        systemd = next(filter(os.path.exists, _PLACES))
        own = ["unshare", "--mount", "sh", "-c", _OWN, "sh", str(self.home), str(self.uid), self.group, *paths]
        words = own if self.own else [systemd, "--user"]
        with (self.home / "manager.log").open("wb") as log:
            environ = self.environ | {"SYSTEMD": systemd, "CLOSED": " ".join(set(paths.values()))}
            self.process = subprocess.Popen(words, env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for("the manager", self._is_up)

    def _is_up(self):
        assert self.process.poll() is None, f"the manager ended: {(self.home / 'manager.log').read_text()}"
        # with its bus, and all else that it starts by itself
        return self.systemctl("is-system-running", check=False).stdout.strip() in {"running", "degraded"}

    def _say_booted(self):
        for folder in (Path("/run/systemd"), Path("/run/systemd/system")):
            if not folder.is_dir():
                folder.mkdir()
                self.made.append(folder)

    def end(self):
        self.systemctl("exit", check=False)
        try:
            self.process.wait(15)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            for folder in reversed(self.made):
                folder.rmdir()
            for top in ("", "unified", "systemd"):
                for group, _, _ in os.walk(Path("/sys/fs/cgroup", top, self.group), topdown=False):
                    Path(group).rmdir()

    def give(self):
        """Make what was put into the home Robin's own."""
        if self.own:
            subprocess.run(["chown", "-R", str(self.uid), str(self.home)], check=True)

    def run(self, *words, check=True, **environ):
        """A command that Robin types."""
        inside = []
        if self.own:
            inside = ["nsenter", f"--mount=/proc/{self.process.pid}/ns/mnt", f"--wdns={self.seen_home}", "setpriv"]
            inside += [f"--reuid={self.uid}", f"--regid={self.uid}", "--clear-groups"]
        done = subprocess.run(
            [*inside, *map(str, words)],
            env=self.environ | environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert not check or done.returncode == 0, f"{words} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        return done

    def systemctl(self, *words, check=True):
        return self.run("systemctl", "--user", "--no-pager", *words, check=check)

    def show(self, unit="syncd.service"):
        """What systemd knows of the unit."""
        return dict(line.partition("=")[::2] for line in self.systemctl("show", unit).stdout.splitlines())


_PYTHON = {sys.prefix, sys.base_prefix, str(Path(syncd.__file__).parents[1])}


def _closed(path):
    """The outermost folder above *path* that not everybody may enter."""
    above = [folder for folder in Path(path).parents if not folder.stat().st_mode & 0o001]
    return str(above[-1]) if above else ""


def _works(*words):
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


@contextmanager
def user_manager(folder, uid):
    """A manager whose home is *folder*, until it is no longer needed."""
    manager = UserManager(folder, uid)
    try:
        manager.start()
        yield manager
    finally:
        if manager.process is not None:
            manager.end()
