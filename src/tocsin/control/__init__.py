"""The control plane's tables: alerts, the audit trail, the outbox. Only the hub writes them."""
