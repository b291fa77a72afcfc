"""`event.module` and `event.dataset` as Elastic's integrations write them -> Sigma's log sources."""

from tocsin.model.logsource import LogSource

_KNOWN: dict[str, tuple[LogSource, ...]] = {
    "aws.cloudtrail": (LogSource("aws", None, "cloudtrail"),),
    "azure.activitylogs": (LogSource("azure", None, "activitylogs"),),
    "azure.auditlogs": (LogSource("azure", None, "auditlogs"), LogSource("azure", None, "pim")),
    "azure.signinlogs": (LogSource("azure", None, "signinlogs"),),
    "azure.identity_protection": (LogSource("azure", None, "riskdetection"),),
    "gcp.audit": (LogSource("gcp", None, "gcp.audit"),),
    "google_workspace.admin": (LogSource("gcp", None, "google_workspace.admin"),),
    "google_workspace.login": (LogSource("gcp", None, "google_workspace.login"),),
    "github.audit": (LogSource("github", None, "audit"),),
    "okta.system": (LogSource("okta", None, "okta"),),
    "o365.audit": (
        LogSource("m365", None, "audit"),
        LogSource("m365", None, "exchange"),
        LogSource("m365", None, "threat_management"),
    ),
    "cisco_duo.auth": (LogSource("cisco", None, "duo"),),
    "cisco_duo.admin": (LogSource("cisco", None, "duo"),),
    "kubernetes.audit_logs": (LogSource("kubernetes", None, "audit"),),
    "auditd": (LogSource("linux", None, "auditd"),),
    "auditd.log": (LogSource("linux", None, "auditd"),),
    "auditd_manager.auditd": (LogSource("linux", None, "auditd"),),
    "system.auth": tuple(LogSource("linux", None, service) for service in ("auth", "sshd", "sudo")),
    "system.syslog": (LogSource("linux", None, "syslog"),),
    "system.security": (LogSource("windows", None, "security"),),
    "system.application": (LogSource("windows", None, "application"),),
    "system.system": (LogSource("windows", None, "system"),),
    "windows.sysmon_operational": (LogSource("windows", None, "sysmon"),),
    "windows.powershell": (LogSource("windows", None, "powershell-classic"),),
    "windows.powershell_operational": (LogSource("windows", None, "powershell"),),
    "nginx.error": (LogSource("nginx", None, "nginx"),),
    "apache.error": (LogSource("apache", None, "apache"),),
    "zeek.connection": (LogSource("zeek", "firewall", "conn"),),
    "zeek.dns": (LogSource("zeek", "dns", "dns"),),
    "zeek.http": (LogSource("zeek", "proxy", "http"), LogSource("zeek", "webserver", "http")),
    "network_traffic.dns": (LogSource(None, "dns", None),),
    "network_traffic.http": (LogSource(None, "proxy", None), LogSource(None, "webserver", None)),
    "network_traffic.flow": (LogSource(None, "firewall", None),),
    "dns": (LogSource(None, "dns", None),),
    "http": (LogSource(None, "proxy", None), LogSource(None, "webserver", None)),
    "flow": (LogSource(None, "firewall", None),),
}
_CATEGORIES = {
    "webserver": "nginx.access nginx_ingress_controller.access apache.access apache_tomcat.access iis.access "
    "traefik.access haproxy.log tomcat.log aws.elb_logs",
    "proxy": "squid.log squid.access zscaler.zia zscaler_zia.web bluecoat.director netskope.events",
    "firewall": "panw.panos fortinet.firewall fortinet_fortigate.log cisco.asa cisco_asa.log cisco.ftd checkpoint.firewall "
    "iptables.log pfsense.log juniper.srx sophos.xg sonicwall_firewall.log ufw.log aws.vpcflow",
}
_BY_DATASET = {dataset: category for category, listed in _CATEGORIES.items() for dataset in listed.split()}
# Sigma's words where the module's differs.
_PRODUCTS = {"panw": "paloalto", "fortinet": "fortigate", "fortinet_fortigate": "fortigate", "o365": "m365"}


def logsources_of(module: str, dataset: str) -> tuple[LogSource, ...]:
    """Return what a module and dataset are in Sigma's words; unknown ones are product and service."""
    known = _KNOWN.get(dataset) or _KNOWN.get(module)
    if known:
        return known
    name, _, service = dataset.rpartition(".")
    module = module or name.partition(".")[0]
    if not module and not service:
        return ()
    product = _PRODUCTS.get(module, module) or None
    category = _BY_DATASET.get(dataset)
    if category == "webserver":
        service = product or service
    return (LogSource(product, category, service or None),)
