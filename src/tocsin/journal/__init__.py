"""The journal on local disks. log.py writes a partition, reader.py reads it; local.py puts it together."""
