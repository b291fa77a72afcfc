"""The names that every stage may ask for: in ECS they are where they are called, a few elsewhere too."""

from tocsin.model.event import Path

_SAME = """
    event.action event.category event.code event.dataset event.duration event.kind event.module event.outcome event.provider
    event.reason event.severity event.type log.level log.file.path message
    user.id user.domain user.email user.roles user.effective.name user.target.id
    host.id host.ip host.os.type
    source.port source.bytes source.domain destination.port destination.bytes destination.domain
    network.transport network.protocol network.direction network.application network.community_id
    process.name process.executable process.command_line process.pid process.working_directory process.entity_id
    process.parent.name process.parent.executable process.parent.command_line process.parent.pid
    file.path file.name file.extension file.size file.hash.md5 file.hash.sha1 file.hash.sha256
    process.hash.md5 process.hash.sha1 process.hash.sha256 dll.path dll.name
    registry.path registry.key registry.value registry.data.strings
    url.path url.query url.domain http.request.method http.request.referrer http.response.status_code
    http.response.body.bytes user_agent.original
    dns.question.name dns.question.type dns.answers.data dns.response_code dns.resolved_ip
    tls.client.server_name tls.client.ja3 tls.version
    rule.id rule.name rule.category threat.indicator.ip
    cloud.account.id cloud.region cloud.provider cloud.instance.id
    container.id container.name container.image.name container.image.tag
    orchestrator.namespace orchestrator.resource.name orchestrator.cluster.name
    service.name service.version observer.name observer.vendor observer.product
    vcs.repository.name vcs.owner.name vcs.ref.head.name vcs.change.id
    cicd.pipeline.name cicd.pipeline.run.id artifact.hash trace.id
"""

NORMALISED: dict[str, tuple[Path, ...]] = {name: (name,) for name in _SAME.split()} | {
    "user.name": ("user.name", "user.email", "user.id"),
    "user.target.name": ("user.target.name", "user.changes.name"),
    "host.name": ("host.name", "host.hostname", "agent.hostname", "beat.hostname", "agent.name"),
    "source.ip": ("source.ip", "client.ip", "source.address", "client.address"),
    "destination.ip": ("destination.ip", "server.ip", "destination.address", "server.address"),
    "url.original": ("url.original", "url.full"),
}
