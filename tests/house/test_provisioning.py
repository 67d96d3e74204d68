"""The provisioning examples: each can be read by its tool, and says no command that is not ours."""

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jinja2
import pytest
import yaml

from cli.main import build_parser
from config.load import load_settings

CODE = re.compile(r"\$\w+|\{\{.*?\}\}")


@pytest.fixture
def examples(checkout: Path) -> Path:
    return checkout / "packaging/provisioning"


def wrong_commands(lines: list[str]) -> list[str]:
    """Return the commands of ours that the command line would not take."""
    wrong = []
    for line in lines:
        for part in re.split(r"\s*\|\s*", CODE.sub("value", line)):
            words = shlex.split(part, comments=True)
            if not words or not words[0].endswith("refectory"):
                continue
            try:
                build_parser().parse_args(words[1:])
            except SystemExit:
                wrong.append(line)
    return wrong


def commands_of(tasks: list[dict[str, Any]]) -> list[str]:
    """Return what the tasks of a role run."""
    found = []
    for task in tasks:
        told = task.get("ansible.builtin.command") or task.get("ansible.builtin.shell") or ""
        found.append(told["cmd"] if isinstance(told, dict) else told)
    return found


def test_cloud_init_makes_a_till(examples: Path, tmp_path: Path) -> None:
    text = (examples / "cloud-init.yaml").read_text(encoding="utf-8")
    assert text.startswith("#cloud-config\n")
    plain = yaml.safe_load(text)
    assert wrong_commands(plain["runcmd"]) == []
    (written,) = plain["write_files"]
    settings = tmp_path / "terminal.toml"
    settings.write_text(written["content"], encoding="utf-8")
    assert load_settings(settings, environ={}).readers == ("pcsc://",)


def test_the_role_is_thin_and_says_commands_that_exist(examples: Path) -> None:
    tasks = yaml.safe_load((examples / "ansible/roles/refectory/tasks/main.yml").read_text())
    commands = commands_of(tasks)
    assert sum("refectory " in command for command in commands) >= 3
    assert wrong_commands(commands) == []


def test_a_command_that_does_not_exist_is_found() -> None:
    assert wrong_commands(["echo x | refectory aply -"]) == ["echo x | refectory aply -"]


def test_the_roles_settings_are_settings(examples: Path, tmp_path: Path) -> None:
    role = examples / "ansible/roles/refectory"
    values = yaml.safe_load((role / "defaults/main.yml").read_text())
    environment = jinja2.Environment(autoescape=False, undefined=jinja2.StrictUndefined)
    environment.filters["to_json"] = json.dumps
    text = (role / "templates/terminal.toml.j2").read_text(encoding="utf-8")
    settings = tmp_path / "terminal.toml"
    settings.write_text(
        environment.from_string(text).render(values | {"refectory_name": 'Cantine "A"'})
    )
    assert load_settings(settings, environ={}).name == 'Cantine "A"'


def test_ansible_itself_understands_it(examples: Path) -> None:
    """Where Ansible is at hand; elsewhere the tests above read its files as YAML."""
    if shutil.which("ansible-playbook") is None:
        assert yaml.safe_load((examples / "ansible/site.yml").read_text())[0]["roles"]
        return
    folder = examples / "ansible"
    words = ["ansible-playbook", "--syntax-check", "-i", "inventory.ini", "site.yml"]
    done = subprocess.run(
        words, cwd=folder, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_first_boot_of_a_pi_is_a_shell_script(examples: Path) -> None:
    script = examples / "raspberry-pi-os/firstrun.sh"
    subprocess.run(["sh", "-n", script], check=True, timeout=30)
    text = script.read_text(encoding="utf-8")
    lines = [line.removeprefix("ExecStart=") for line in text.splitlines()]
    assert any("refectory enrol" in line for line in lines)
    assert wrong_commands([line for line in lines if "refectory" in line and "#" not in line]) == []
