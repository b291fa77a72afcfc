"""What the Linux sources share: the syslog header, the messages of known programs, their log sources."""
