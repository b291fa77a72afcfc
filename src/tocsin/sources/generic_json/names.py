"""What loggers, proxies and services call the things that ECS has a name for, surest first."""

from tocsin.model.event import Path
from tocsin.sources.ecs.aliases import ALL

TIME: tuple[Path, ...] = (
    "@timestamp",
    "timestamp",
    "time",
    "ts",
    "eventTime",
    "event_time",
    "datetime",
    "date",
    "createdAt",
    "created_at",
    "occurred_at",
    "StartUTC",
    "start_time",
    "time_iso8601",
    "Timestamp",
    "t",
)

_NAMES = {
    "message": "message msg log text body event.original",
    "log.level": "log.level level severity lvl log_level levelname priority",
    "log.logger": "logger logger_name",
    "event.action": "event.action action event_type eventType event_name eventName operation",
    "event.outcome": "event.outcome outcome result",
    "event.category": "event.category category",
    "event.code": "event.code event_id EventID code",
    "error.message": "error.message error err exception",
    "user.name": "user.name username user_name userName login actor.name actor.login user actor remote_user "
    "ClientUsername principal email user.email",
    "user.id": "user.id user_id userId uid actor.id",
    "user.target.name": "user.target.name target_user targetUser target.name",
    "host.name": "host.name hostname host computer Computer node node_name machine",
    "source.ip": "source.ip src_ip srcip source_ip sourceIPAddress client_ip clientIp clientip remote_ip remoteIp remote_addr "
    "ip_address ipAddress ip ClientHost request.client_ip request.remote_ip actor_ip src",
    "source.port": "source.port src_port srcport source_port client_port request.remote_port",
    "destination.ip": "destination.ip dst_ip dstip dest_ip destination_ip server_ip dst",
    "destination.port": "destination.port dst_port dstport dest_port destination_port",
    "network.transport": "network.transport transport proto",
    "network.protocol": "network.protocol protocol RequestProtocol",
    "process.name": "process.name process_name proc comm",
    "process.pid": "process.pid pid process_id",
    "process.executable": "process.executable exe Image",
    "process.command_line": "process.command_line command_line cmdline CommandLine cmd",
    "process.parent.executable": "process.parent.executable ParentImage",
    "process.parent.command_line": "process.parent.command_line ParentCommandLine",
    "file.path": "file.path file_path filename TargetFilename path_name",
    "http.request.method": "http.request.method request.method request_method RequestMethod http_method method verb",
    "http.request.referrer": "http.request.referrer http_referer referer referrer request_Referer",
    "http.response.status_code": "http.response.status_code status_code statusCode response_code status DownstreamStatus",
    "http.response.body.bytes": "http.response.body.bytes body_bytes_sent bytes_sent size DownstreamContentSize bytes",
    "url.original": "url.original request.uri request_uri RequestPath uri http_url url",
    "url.path": "url.path path",
    "url.query": "url.query query_string args",
    "url.domain": "url.domain request.host http_host RequestHost server_name",
    "user_agent.original": "user_agent.original user_agent userAgent http_user_agent request_User-Agent "
    "request.headers.User-Agent user-agent agent",
    "dns.question.name": "dns.question.name query qname",
    "service.name": "service.name service app application component",
    "rule.name": "rule.name rule rule_name signature",
    "container.id": "container.id container_id",
    "container.image.name": "container.image.name image",
    "orchestrator.namespace": "orchestrator.namespace namespace kubernetes.namespace_name",
    "orchestrator.resource.name": "orchestrator.resource.name pod pod_name kubernetes.pod_name",
    "cloud.account.id": "cloud.account.id account_id accountId account",
    "cloud.region": "cloud.region region",
    "vcs.repository.name": "vcs.repository.name repository.full_name repository repo repo_name",
    "vcs.owner.name": "vcs.owner.name org organization owner",
    "vcs.ref.head.name": "vcs.ref.head.name branch ref",
    "cicd.pipeline.name": "cicd.pipeline.name pipeline pipeline_name workflow job_name",
    "cicd.pipeline.run.id": "cicd.pipeline.run.id run_id pipeline_id build_id job_id",
    "artifact.hash": "artifact.hash digest",
    "trace.id": "trace.id trace_id traceId",
}

NORMALISED: dict[str, tuple[Path, ...]] = {name: tuple(listed.split()) for name, listed in _NAMES.items()}

# Sigma's names lead to ECS names, and those to whatever this log calls them.
ALIASES: dict[str, tuple[Path, ...]] = {
    name: tuple(dict.fromkeys(path for target in targets for path in NORMALISED.get(target, (target,))))
    for name, targets in ALL.items()
}
