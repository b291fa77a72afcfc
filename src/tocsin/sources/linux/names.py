"""The ECS names that Linux lines carry as their own field names."""

from tocsin.model.event import Path

_NAMES = """
event.action event.category event.outcome event.reason event.repeated
user.name user.id user.effective.name user.effective.id user.target.name user.target.id user.target.group.id
user.target.home user.target.shell user.changes.id user.changes.name user.changes.shell group.name group.id
source.ip source.port source.address destination.ip destination.port network.transport network.interface.name
host.name process.name process.pid process.executable process.command_line process.working_directory process.tty
ssh.auth_method ssh.key.type ssh.key.fingerprint ssh.session.type pam.service
service.name session.id rule.name server.address server.port kernel.module error.address error.library
log.syslog.priority log.syslog.facility.code log.syslog.facility.name
log.syslog.severity.code log.syslog.severity.name log.syslog.msgid log.syslog.structured_data
message
"""

NORMALISED: dict[str, tuple[Path, ...]] = {name: (name,) for name in _NAMES.split()}
