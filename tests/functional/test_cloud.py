# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The loopback cloud itself, as whoever runs ``python -m tests.cloud`` sees it."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cloud import folders, services_venv, state
from tests.cloud.accounts import Account
from tests.cloud.cloud import Cloud
from tests.cloud.folders import Folder
from tests.cloud.proxy import Proxy
from tests.cloud.session import RUNNING_VARIABLE
from tests.cloud.source.client import Source

END_SECONDS = 30
IMPORT_SECONDS = 60
START_SECONDS = 120
COMMAND = (sys.executable, "-m", "tests.cloud")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    """A folder for a cloud of the test's own, which is down in the end."""
    folder = Folder(tmp_path / "cloud")
    yield folder
    run("down", folder)


def run(verb: str, folder: Folder, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, verb, f"--dir={folder.path}", *options],
        cwd=folders.CHECKOUT,
        capture_output=True,
        text=True,
    )


def up(folder: Folder, *options: str) -> Cloud:
    started = run("up", folder, f"--owner={os.getpid()}", *options)
    assert started.returncode == 0, started.stderr
    return Cloud.at(folder)


def processes(folder: Folder) -> dict[int, str]:
    """The command lines of all processes of a cloud, from the process table."""
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            cwd = os.readlink(path / "cwd")
            command = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if cwd.startswith(str(folder.path)) or f"--dir={folder.path}" in command:
            found[int(path.name)] = command
    return found


def wait_until(reached: Callable[[], bool], seconds: float = END_SECONDS) -> bool:
    deadline = time.monotonic() + seconds
    while not reached() and time.monotonic() < deadline:
        time.sleep(0.05)
    return reached()


def nothing_runs(folder: Folder) -> bool:
    return not processes(folder)


def new_image(account: Account, **properties: str) -> str:
    created = account.glance(
        "POST",
        "/v2/images",
        json={"disk_format": "raw", "container_format": "bare", **properties},
    )
    assert created.status_code == 201, created.text
    return str(created.json()["id"])


def test_a_cloud_is_started_asked_used_and_ended_beside_another_one(
    cloud: Cloud, folder: Folder
) -> None:
    own = up(folder)
    again = run("up", folder)
    status = run("status", folder)
    env = run("env", folder, "--member")
    login = f'{env.stdout}\n"{sys.executable}" -m openstackclient.shell image list'
    listed = subprocess.run(login, shell=True, stdout=subprocess.PIPE)
    by_hand = subprocess.run(
        f"{again.stdout}\nopenstack image list", shell=True, cwd="/", env={}
    )
    ran = processes(folder)
    ended = run("down", folder)

    assert own.glance_url != cloud.glance_url
    assert "Starting" not in again.stderr
    assert own.glance_url in again.stderr
    assert status.returncode == 0
    assert [line.split()[0] for line in status.stdout.splitlines()] == [
        *own.state.services
    ]
    assert str(folder.clouds_yaml) in env.stdout
    assert listed.returncode == by_hand.returncode == 0
    assert len(ran) > len(own.state.services)
    assert ended.returncode == 0
    assert nothing_runs(folder)
    assert run("status", folder).returncode == 1
    assert cloud.account().glance("GET", "/v2/images").ok


def test_services_that_died_or_hang_are_started_again_and_know_what_they_knew(
    folder: Folder,
) -> None:
    own = up(folder)
    member = own.account()
    image = new_image(member)
    before, ran = own.state.services, processes(folder)

    for name, service in before.items():
        stop = signal.SIGSTOP if name == "source" else signal.SIGKILL
        os.kill(service.pid, stop)
    up(folder)

    after = state.read(folder).services
    assert all(after[name].pid != before[name].pid for name in before)
    assert run("status", folder).returncode == 0
    assert member.glance("GET", f"/v2/images/{image}").status_code == 200
    assert len(processes(folder)) == len(ran)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_up_that_is_cut_short_leaves_no_process(
    folder: Folder, number: signal.Signals
) -> None:
    command = [*COMMAND, "up", f"--dir={folder.path}"]
    starting = subprocess.Popen(
        command, cwd=folders.CHECKOUT, stderr=subprocess.PIPE, text=True
    )
    assert starting.stderr

    for line in starting.stderr:
        if "Starting" in line:
            break
    assert wait_until(lambda: len(processes(folder)) > 2)
    starting.send_signal(number)
    starting.stderr.read()

    assert starting.wait(120) in (130, -number)
    assert wait_until(lambda: nothing_runs(folder))


def test_killed_supervisor_leaves_no_process(folder: Folder) -> None:
    own = up(folder)

    os.kill(own.state.supervisor, signal.SIGKILL)

    assert wait_until(lambda: nothing_runs(folder))
    assert run("status", folder).returncode == 1


TEST_THAT_WAITS = """
import pathlib, signal
from tests.conftest import *
from tests.functional.conftest import *

def test_it(cloud):
    pathlib.Path("folder").write_text(str(cloud.folder.path))
    signal.pause()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_test_run_that_is_cut_short_leaves_no_process(
    tmp_path: Path, number: signal.Signals
) -> None:
    (tmp_path / "conftest.py").write_text("from tests.conftest import *\n")
    (tmp_path / "test_it.py").write_text(TEST_THAT_WAITS)
    inherited = {
        name: value for name, value in os.environ.items() if "PYTEST" not in name
    }
    own = {"TMPDIR": str(tmp_path), "PYTHONPATH": str(folders.CHECKOUT)}
    run = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-n1", "-pno:cacheprovider", "test_it.py"],
        cwd=tmp_path,
        env={**inherited, **own, RUNNING_VARIABLE: ""},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )

    assert wait_until((tmp_path / "folder").exists, START_SECONDS)
    cloud = Folder(Path((tmp_path / "folder").read_text()))
    ran = processes(cloud)
    if number == signal.SIGINT:
        # A terminal sends it to all of them.
        os.killpg(run.pid, number)
    else:
        run.send_signal(number)
    run.wait(120)

    assert ran
    assert wait_until(lambda: nothing_runs(cloud))
    assert wait_until(lambda: nothing_runs(Folder(tmp_path)))


def test_sqlite_waits_for_its_lock_when_many_write_at_once(folder: Folder) -> None:
    own = up(folder, "--database=sqlite")
    member = own.account()
    images = [new_image(member) for _ in range(8)]

    def patch(number: int) -> int:
        return member.glance(
            "PATCH",
            f"/v2/images/{images[number % len(images)]}",
            headers={"Content-Type": "application/openstack-images-v2.1-json-patch"},
            json=[{"op": "add", "path": f"/key{number}", "value": "x"}],
        ).status_code

    with ThreadPoolExecutor(16) as pool:
        statuses = [*pool.map(patch, range(80))]

    assert statuses == [200] * 80


@pytest.mark.skipif(not shutil.which("qemu-img"), reason="Glance runs qemu-img")
def test_plugins_variant_unpacks_what_it_imports(plugins_cloud: Cloud) -> None:
    member = plugins_cloud.account()
    content = b"\0" * 1_000_000
    url = plugins_cloud.source.folder().put("disk.gz", gzip.compress(content))
    image = f"/v2/images/{new_image(member)}"
    method = {"name": "web-download", "uri": url}

    asked = member.glance("POST", f"{image}/import", json={"method": method})
    imported = wait_until(
        lambda: member.glance("GET", image).json()["status"] == "active",
        IMPORT_SECONDS,
    )

    assert asked.status_code == 202, asked.text
    assert imported, member.glance("GET", f"{image}/tasks").text
    assert member.glance("GET", f"{image}/file").content == content


def test_plain_variant_keeps_what_it_imports(member: Account, source: Source) -> None:
    content = b"\0" * 1_000_000
    url = source.put("disk", content)
    image = f"/v2/images/{new_image(member)}"
    method = {"name": "web-download", "uri": url}

    member.glance("POST", f"{image}/import", json={"method": method})

    def imported() -> bool:
        return member.glance("GET", image).json()["status"] == "active"

    assert wait_until(imported, IMPORT_SECONDS)
    assert member.glance("GET", f"{image}/file").content == content


def test_only_an_admin_may_publish_for_everybody(
    member: Account, reader: Account, admin: Account
) -> None:
    image = {"visibility": "public", "os_hidden": True}

    answers = [
        each.glance("POST", "/v2/images", json=image).status_code
        for each in (reader, member, admin)
    ]

    assert answers == [403, 403, 201]


def test_requests_go_through_a_proxy_before_glance_or_keystone(
    cloud: Cloud, member: Account, proxy: Callable[[str], Proxy]
) -> None:
    image = new_image(member)
    before_glance, before_keystone = proxy(cloud.glance_url), proxy(cloud.auth_url)
    through = member.through(before_glance.url, auth_url=before_keystone.url)

    listed = through.openstack("image", "list", "--shared", "-f", "json")

    assert [each["ID"] for each in listed.json()] == [image]
    assert "/v2/images" in [sent.path for sent in before_glance.sent]
    assert "POST" in before_keystone.methods()


def test_half_made_environment_is_made_again_and_by_one_of_two_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    constraints = tmp_path / "constraints.txt"
    constraints.write_text("# pip is in each new environment: nothing to fetch\n")
    monkeypatch.setenv(services_venv.FOLDER_VARIABLE, str(tmp_path / "services"))
    half_made = tmp_path / "services"
    half_made.mkdir()
    (half_made / "pyvenv.cfg").touch()
    (half_made / "left-over").touch()
    (half_made / "bin").mkdir()
    (half_made / "bin" / "python").symlink_to(sys.executable)
    said: list[str] = []

    def ensure(_: int) -> Path:
        return services_venv.ensure(said.append, constraints, ["pip"])

    with ThreadPoolExecutor(2) as pool:
        made = [*pool.map(ensure, range(2))]

    assert made == [half_made, half_made]
    assert services_venv.is_complete(half_made, constraints)
    assert not (half_made / "left-over").exists()
    assert sum("Installing" in line for line in said) == 1


def test_a_folder_that_is_no_environment_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(services_venv.FOLDER_VARIABLE, str(tmp_path))
    precious = tmp_path / "precious"
    precious.touch()

    with pytest.raises(services_venv.CloudError, match="left alone"):
        services_venv.ensure(print)

    assert precious.exists()


def test_a_folder_that_is_no_clouds_is_left_alone(folder: Folder) -> None:
    precious = folder.path / "precious"
    folder.path.mkdir()
    precious.touch()

    refused = run("up", folder)

    assert refused.returncode == 1
    assert "precious" in refused.stderr
    assert precious.exists()
