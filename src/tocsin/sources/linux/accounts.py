"""useradd, usermod, userdel, groupadd, gpasswd, passwd, chage: changes of accounts and groups."""

from tocsin.model.event import Fields
from tocsin.sources.linux.shapes import Shape, read_first


def _iam(pattern: str, names: str, action: str, **said: str) -> Shape:
    return Shape(pattern, names, action=action, category="iam", **{"outcome": "success", **said})


_SHAPES = (
    _iam(
        r"new user: name=([^,]+), UID=(\d+), GID=(\d+), home=([^,]*), shell=([^,]*)",
        "user.target.name user.target.id user.target.group.id user.target.home user.target.shell",
        "user_added",
    ),
    _iam(
        r"new account - account=([^,]+), uid=(\d+), gid=(\d+)",
        "user.target.name user.target.id user.target.group.id",
        "user_added",
    ),
    _iam(
        r"failed adding user '([^']*)'(?:, (.*))?$",
        "user.target.name event.reason",
        "user_added",
        outcome="failure",
    ),
    _iam(
        r"(?:new group: |group added to \S+: )name=([^,]+)(?:, GID=(\d+))?",
        "group.name group.id",
        "group_added",
    ),
    _iam(
        r"add '([^']*)' to (?:shadow )?group '([^']*)'", "user.target.name group.name", "group_member_added"
    ),
    _iam(
        r"(?:member|user) (\S+) added by (\S+) to group (\S+)",
        "user.target.name user.name group.name",
        "group_member_added",
    ),
    _iam(
        r"(?:member|user) (\S+) removed by (\S+) from group (\S+)",
        "user.target.name user.name group.name",
        "group_member_removed",
    ),
    _iam(
        r"delete '([^']*)' from (?:shadow )?group '([^']*)'",
        "user.target.name group.name",
        "group_member_removed",
    ),
    _iam(r"delete user '([^']*)'", "user.target.name", "user_deleted"),
    _iam(r"removed (?:shadow )?group '([^']*)'", "group.name", "group_deleted"),
    _iam(r"group '([^']*)' removed", "group.name", "group_deleted"),
    _iam(
        r"change user '([^']*)' UID from '(\d+)' to '(\d+)'",
        "user.target.name user.target.id user.changes.id",
        "user_id_changed",
    ),
    _iam(
        r"change user '([^']*)' shell from '[^']*' to '([^']*)'",
        "user.target.name user.changes.shell",
        "user_changed",
    ),
    _iam(r"change user name '([^']*)' to '([^']*)'", "user.target.name user.changes.name", "user_changed"),
    _iam(r"change user '([^']*)' password", "user.target.name", "password_changed"),
    _iam(r"change user '([^']*)' (?:\w+)", "user.target.name", "user_changed"),
    _iam(r"lock user '([^']*)' password", "user.target.name", "user_locked"),
    _iam(r"unlock user '([^']*)' password", "user.target.name", "user_unlocked"),
    _iam(r"password for '([^']*)' changed by '([^']*)'", "user.target.name user.name", "password_changed"),
    _iam(r"changed password expiry for (\S+)", "user.target.name", "password_expiry_changed"),
)


def read_accounts(message: str, fields: Fields) -> None:
    """Read what a shadow-utils program did; the account changed is user.target."""
    read_first(_SHAPES, message, fields)
