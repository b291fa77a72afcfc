"""The command line. Each command is one file in commands/, imported only when it is used."""
