"""A certificate for the loopback, made with the openssl command."""

import ssl
import subprocess
from pathlib import Path
from typing import NamedTuple


class Certificate(NamedTuple):
    """Paths, PEM."""

    cert: Path
    key: Path

    def trusting(self) -> ssl.SSLContext:
        """Return a client's side that believes it."""
        return ssl.create_default_context(cafile=str(self.cert))


def certificate(folder: Path, names: str = "DNS:localhost,IP:127.0.0.1") -> Certificate:
    """Make one into a folder. names: what it is for, as openssl writes it."""
    made = Certificate(folder / "cert.pem", folder / "key.pem")
    words = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    words += ["-subj", "/CN=localhost", "-addext", f"subjectAltName={names}"]
    words += ["-keyout", str(made.key), "-out", str(made.cert)]
    subprocess.run(words, check=True, capture_output=True)
    return made
