"""Which folder a sandbox names, where there are disks that come and go."""

from pathlib import Path

import pytest

from syncd.unit.mounts import mount_points, opened

HOME = Path("/home/robin")


@pytest.mark.parametrize(
    ("folder", "points", "named"),
    [
        ("/home/robin/follow-ups", ["/", "/home"], "/home/robin/follow-ups"),
        ("/home/robin/follow-ups", ["/", "/home", "/home/robin"], "/home/robin/follow-ups"),
        ("/home/robin/usb/cal/follow-ups", ["/", "/home", "/home/robin/usb"], "/home/robin/usb"),
        ("/home/robin/usb", ["/", "/home/robin/usb"], "/home/robin/usb"),
        ("/home/robin/usbs/x", ["/", "/home/robin/usb"], "/home/robin/usbs/x"),
        ("/media/robin/stick/x", ["/", "/media/robin", "/media/robin/stick"], "/media/robin/stick"),
        ("/data/x", ["/", "/data"], "/data"),
        ("/var/lib/x", ["/", "/var"], "/var/lib/x"),
        ("/data/x", [], "/data/x"),
    ],
)
def test_the_mount_point_is_named_where_it_may_be_unmounted(folder, points, named):
    assert opened(Path(folder), [Path(point) for point in points], HOME) == Path(named)


def test_a_link_leads_to_the_disk_that_it_points_to(tmp_path):
    (tmp_path / "disk/x").mkdir(parents=True)
    (tmp_path / "link").symlink_to("disk/x")
    assert opened(tmp_path / "link", [Path("/"), tmp_path / "disk"], HOME) == tmp_path / "disk"


def test_the_kernels_table_of_mounts(tmp_path):
    table = tmp_path / "mountinfo"
    table.write_text(
        "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
        "40 22 8:17 / /media/my\\040disk rw,nosuid master:9 - vfat /dev/sdb1 rw\n"
    )
    assert mount_points(table) == (Path("/"), Path("/media/my disk"))
    assert Path("/") in mount_points()
    assert mount_points(tmp_path / "none") == ()
