"""syncd as a service of systemd: what its unit says, where it lies, and the calls that put it there and look at it.

``text`` and ``sandbox`` say what a unit is, ``places`` what this machine and the settings ask of it, ``systemctl``
calls systemd, ``installing`` puts a unit in place and takes it away, ``looking`` tells how it stands.
"""

from syncd.unit.installing import Desk, desk
from syncd.unit.looking import Unit, look
from syncd.unit.systemctl import NoSystemd, Systemd

__all__ = ["Desk", "NoSystemd", "Systemd", "Unit", "desk", "look"]
