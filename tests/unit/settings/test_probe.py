"""What the machine has to say to the settings: files, certificates, secrets."""

import subprocess
from pathlib import Path

import pytest

from tocsin.services.kinds import kinds
from tocsin.settings.load import read_content
from tocsin.settings.probe import probe
from tocsin.settings.quote import dotted


def faults(text: str, folder: Path) -> list[str]:
    settings = read_content(text.encode(), folder / "tocsin.toml", kinds()).settings
    assert settings is not None
    return [f"{one.severity.value} {dotted(one.keys)}: {one.text}" for one in probe(settings)]


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    for name in ("a", "b"):
        made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        made += ["-nodes", "-subj", "/CN=x", "-keyout", f"{name}.key", "-out", f"{name}.pem"]
        subprocess.run(made, cwd=folder, check=True, capture_output=True)
    locked = ["openssl", "ec", "-aes256", "-passout", "pass:x", "-in", "a.key", "-out", "locked.key"]
    subprocess.run(locked, cwd=folder, check=True, capture_output=True)
    (folder / "junk.pem").write_text("-----BEGIN CERTIFICATE-----\n\x1b[31m\n-----END CERTIFICATE-----\n")
    (folder / "empty.pem").write_text("")
    return folder


TLS = 'inputs.x = {{ kind = "http", tls = {{ cert = "{}", key = "{}" }} }}'


@pytest.mark.parametrize(
    ("cert", "key", "expected"),
    [
        ("a.pem", "a.key", []),
        ("a.pem", "b.key", ["error inputs.x.tls.cert: cannot be used with the key"]),
        ("junk.pem", "a.key", ["error inputs.x.tls.cert: cannot be used with the key"]),
        ("empty.pem", "a.key", ["error inputs.x.tls.cert: cannot be used with the key"]),
        ("a.pem", "locked.key", ["error inputs.x.tls.cert: cannot be used with the key"]),
        ("gone.pem", "a.key", ["error inputs.x.tls.cert: ", "No such file"]),
        (".", "a.key", ["error inputs.x.tls.cert: ", "is no file; name a file"]),
    ],
)
def test_certificates(certificates: Path, cert: str, key: str, expected: list[str]) -> None:
    found = faults(TLS.format(cert, key), certificates)
    assert len(found) == min(len(expected), 1)
    assert all(words in found[0] for words in expected)
    assert all(one.isprintable() for one in found)


def test_authorities(certificates: Path) -> None:
    text = TLS.format("a.pem", "a.key").replace(" } }", ', client_ca = "CA" } }')
    assert faults(text.replace("CA", "b.pem"), certificates) == []
    (found,) = faults(text.replace("CA", "empty.pem"), certificates)
    assert found.startswith("error inputs.x.tls.client_ca: holds no certificates")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('rules.paths = ["gone"]', "error rules.paths[0]: "),
        ('rules.placeholders = "gone.yml"', "error rules.placeholders: "),
        ('tocsin.data = "file/inside"', "error tocsin.data: "),
        ('inputs.f = { kind = "file", paths = ["*.gone"] }', "warning inputs.f.paths[0]: "),
        ('channels.c = { kind = "slack", url = { env = "TOCSIN_NO_SUCH" } }', "warning channels.c.url: "),
        ('channels.c = { kind = "slack", url = { file = "gone" } }', "error channels.c.url: "),
        ('channels.c = { kind = "slack", url = { file = "open" } }', "warning channels.c.url: "),
        ('channels.c = { kind = "slack", url = { file = "closed" } }', ""),
        ('inputs.f = { kind = "file", paths = ["fil*"], exclude = ["gone*"] }', ""),
        (f'tocsin.data = "{"x" * 300}"', "error tocsin.data: "),
    ],
)
def test_files(tmp_path: Path, text: str, expected: str) -> None:
    for name in ("file", "open", "closed"):
        (tmp_path / name).write_text("secret-word")
    (tmp_path / "open").chmod(0o644)
    (tmp_path / "closed").chmod(0o600)
    found = faults(text, tmp_path)
    assert [one[: len(expected)] for one in found] == ([expected] if expected else [])
    assert not any("secret-word" in one for one in found)


def test_nothing_is_made(tmp_path: Path) -> None:
    faults('tocsin.data = "a/b/c"', tmp_path)
    assert list(tmp_path.iterdir()) == []
