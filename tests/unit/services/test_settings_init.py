"""What `tocsin init` writes is sound, and nothing is lost by it."""

import configparser
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tocsin.cli.main import FINDINGS, OK, USAGE, main
from tocsin.errors import ConfigError
from tocsin.services.kinds import load_settings
from tocsin.services.settings_check import check
from tocsin.services.settings_init import NAMES, TOKEN, write_files
from tocsin.settings.example import switched_on


def test_what_it_wrote_passes_the_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path / "new" / "folder")]) == OK
    files = capsys.readouterr().out.splitlines()
    assert [Path(name).name for name in files] == [*NAMES, TOKEN]
    assert not [name for name in files if re.search("@[A-Z]+@", Path(name).read_text())]
    assert main(["check", "--config", files[0]]) == OK
    assert capsys.readouterr().out == f"{files[0]}: nothing is wrong\n"
    assert set(load_settings(Path(files[0])).inputs) == {"hosts", "http"}


def test_what_is_off_in_it_is_sound_too(tmp_path: Path) -> None:
    file = write_files(tmp_path)[0]
    file.write_text(switched_on(file.read_text()))
    kept = {"inputs.web.paths[0]", "channels.oncall.url"}
    assert {one.key for one in check(file)} <= kept  # variables and files that this machine has not
    assert set(load_settings(file).inputs) == {"hosts", "http", "web"}


def test_the_token_is_secret_and_outlives_force(tmp_path: Path) -> None:
    token = write_files(tmp_path)[-1]
    said = token.read_text()
    assert (len(said) >= 40, stat.S_IMODE(token.stat().st_mode)) == (True, 0o600)
    assert write_files(tmp_path, force=True)[-1].read_text() == said
    assert write_files(tmp_path / "other")[-1].read_text() != said


def test_it_overwrites_only_when_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "Containerfile").write_text("mine")
    assert main(["init", str(tmp_path)]) == USAGE
    assert "already there; --force" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["Containerfile"]
    assert main(["init", "--force", str(tmp_path)]) == OK
    assert "FROM" in (tmp_path / "Containerfile").read_text()


def test_force_replaces_a_link_and_leaves_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("keep")
    (tmp_path / "tocsin.toml").symlink_to(tmp_path / "other")
    with pytest.raises(ConfigError, match="already there"):
        write_files(tmp_path)
    write_files(tmp_path, force=True)
    assert (tmp_path / "other").read_text() == "keep"


@pytest.mark.parametrize("name", ["a b", "50%", 'x"y', "line\nExecStart=evil", "\x1b[31m"])
def test_folders_that_a_unit_cannot_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="choose another folder") as refused:
        write_files(tmp_path / name)
    assert str(refused.value).isprintable()


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        write_files(tmp_path / "file" / "inside")


def test_the_unit_is_hardened(tmp_path: Path) -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.read(write_files(tmp_path)[1])
    service = unit["Service"]
    assert service["ProtectSystem"] == "strict"
    assert service["ReadWritePaths"] == str(tmp_path / "data")
    assert service["CapabilityBoundingSet"] == ""
    assert service["NoNewPrivileges"] == "true"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    unit = write_files(tmp_path)[1]
    text = unit.read_text()
    # The program may be anywhere, or not be installed where the tests run.
    program = text.partition("ExecStart=")[2].split()[0]
    unit.write_text(text.replace(program, "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_check_counts_warnings_as_findings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "tocsin.toml"
    file.write_text("channels.c = {kind = 'slack', url = {env = 'TOCSIN_NO_SUCH'}}")
    assert main(["check", "--config", str(file)]) == FINDINGS
    assert main(["check", "--config", str(file), "--fail-on", "error"]) == OK
    assert main(["check", "--config", str(tmp_path / "gone.toml")]) == USAGE
    assert "`tocsin init` writes one" in capsys.readouterr().err
