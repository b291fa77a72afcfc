"""Where things are in GitHub's webhook payloads, alone or under the roots of a wrapper."""

from tocsin.model.event import Fields, Path, Value

_HEAD_NAME = (
    "ref",
    "pull_request.head.ref",
    "workflow_run.head_branch",
    "workflow_job.head_branch",
    "check_run.check_suite.head_branch",
    "check_suite.head_branch",
    "deployment.ref",
)
_HEAD_REVISION = (
    "after",
    "pull_request.head.sha",
    "workflow_run.head_sha",
    "workflow_job.head_sha",
    "check_run.head_sha",
    "check_suite.head_sha",
    "deployment.sha",
    "sha",
    "commit_oid",
)
_CONCLUSION = (
    "workflow_run.conclusion",
    "workflow_job.conclusion",
    "check_run.conclusion",
    "check_suite.conclusion",
)
_TARGET = (
    "member.login",
    "membership.user.login",
    "invitation.login",
    "blocked_user.login",
    "collaborator.login",
)

NORMALISED: dict[str, tuple[Path, ...]] = {
    "event.action": ("action",),
    "user.name": ("sender.login", "pusher.name"),
    "user.id": ("sender.id",),
    "user.email": ("pusher.email",),
    "user.target.name": _TARGET,
    "organization.name": ("organization.login",),
    "organization.id": ("organization.id",),
    "group.name": ("team.slug",),
    "message": ("head_commit.message",),
    "vcs.repository.name": ("repository.full_name",),
    "vcs.repository.url.full": ("repository.html_url",),
    "vcs.owner.name": ("repository.owner.login", "repository.owner.name", "organization.login"),
    "vcs.ref.head.name": _HEAD_NAME,
    "vcs.ref.head.revision": _HEAD_REVISION,
    "vcs.ref.base.name": ("pull_request.base.ref",),
    "vcs.ref.base.revision": ("before", "pull_request.base.sha"),
    "vcs.change.id": ("pull_request.number",),
    "vcs.change.title": ("pull_request.title",),
    "vcs.change.state": ("pull_request.state",),
    "cicd.pipeline.name": ("workflow_run.name", "workflow_job.workflow_name", "check_run.name"),
    "cicd.pipeline.run.id": ("workflow_run.id", "workflow_job.run_id"),
    "cicd.pipeline.run.url.full": ("workflow_run.html_url", "workflow_job.run_url"),
    "cicd.pipeline.run.state": ("workflow_run.status", "workflow_job.status"),
    "cicd.pipeline.result": _CONCLUSION,
    "cicd.pipeline.task.name": ("workflow_job.name",),
    "cicd.pipeline.task.run.id": ("workflow_job.id",),
    "cicd.worker.id": ("workflow_job.runner_id",),
    "cicd.worker.name": ("workflow_job.runner_name",),
    "deployment.id": ("deployment.id",),
    "deployment.environment.name": ("deployment.environment",),
    "deployment.status": ("deployment_status.state",),
    "artifact.version": ("release.tag_name",),
    "package.name": ("package.name", "registry_package.name"),
    "package.version": ("package.package_version.version", "registry_package.package_version.version"),
    "rule.id": ("alert.rule.id",),
    "rule.name": ("alert.rule.description", "alert.secret_type", "rule.name"),
    "vulnerability.id": ("alert.security_advisory.ghsa_id", "alert.ghsa_id"),
    "vulnerability.severity": ("alert.security_vulnerability.severity", "alert.severity"),
    "url.full": ("hook.config.url",),
}

# When the thing it is about last changed. Fields that are null half of the time (completed_at, resolved_at)
# are left out: null would hide the next best.
TIME: tuple[Path, ...] = (
    "workflow_run.updated_at",
    "workflow_job.started_at",
    "check_run.started_at",
    "check_suite.updated_at",
    "deployment_status.created_at",
    "deployment.created_at",
    "comment.updated_at",
    "review.submitted_at",
    "pull_request.updated_at",
    "issue.updated_at",
    "discussion.updated_at",
    "alert.updated_at",
    "alert.created_at",
    "release.published_at",
    "hook.updated_at",
    "key.created_at",
    "rule.updated_at",
    "repository.pushed_at",
)


def under(roots: tuple[str, ...], paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return the paths below each root."""
    return tuple(root + path for root in roots for path in paths)


def mapping(value: Value) -> Fields:
    """Return the value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


# One of these beside repository, organization or sender makes it a payload of GitHub's.
_KINDS = frozenset(
    (
        "action",
        "pusher",
        "commits",
        "pull_request",
        "issue",
        "comment",
        "review",
        "workflow_run",
        "workflow_job",
        "check_run",
        "check_suite",
        "deployment",
        "deployment_status",
        "release",
        "alert",
        "hook",
        "forkee",
        "pages",
        "member",
        "team",
        "ref_type",
        "sha",
        "client_payload",
        "package",
        "registry_package",
        "rule",
        "thread",
        "milestone",
        "label",
        "discussion",
        "installation",
    )
)


def weigh(payload: Fields) -> int:
    """Return how sure the payload's own keys make us."""
    if "object_kind" in payload or "." in str(payload.get("action", "")):
        return 0
    marks = ("full_name" in mapping(payload.get("repository"))) + ("login" in mapping(payload.get("sender")))
    marks += "login" in mapping(payload.get("organization"))
    if not marks:
        return 0
    return min(80 + 5 * marks, 90) if not _KINDS.isdisjoint(payload) else 40
