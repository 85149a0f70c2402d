# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is installed: files, requirements, entry points, and what a start loads."""

from __future__ import annotations

import argparse
import ast
import configparser
import importlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from openstackclient.shell import OpenStackShell
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.unit import plugin

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "osc_imagetools"
LOWEST = ROOT / "tests" / "lowest-constraints.txt"

NOT_IN_AN_ARCHIVE = shutil.ignore_patterns(
    ".*", "__pycache__", "*.egg-info", "build", "dist", "htmlcov"
)


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def make_repository(folder: Path, tag: str) -> None:
    identity = ("-c", "user.name=them", "-c", "user.email=them@example.org")
    run("git", "init", "--quiet", cwd=folder)
    run("git", *identity, "commit", "-q", "--allow-empty", "-m", "theirs", cwd=folder)
    run("git", "tag", tag, cwd=folder)


def build_wheel(tree: Path, into: Path) -> Path:
    run(
        *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"),
        *("--no-index", "--no-build-isolation", "--wheel-dir", into, tree),
        cwd=into.parent,
    )
    [wheel] = into.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Ours, built from a plain copy of the tree that lies in another's repository."""
    theirs = tmp_path_factory.mktemp("theirs")
    if shutil.which("git"):
        make_repository(theirs, tag="99.9.9")
    tree = theirs / "osc-imagetools"
    shutil.copytree(ROOT, tree, ignore=NOT_IN_AN_ARCHIVE)
    return zipfile.ZipFile(build_wheel(tree, theirs / "wheel"))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source as it is released, made from a plain copy of the tree."""
    tree = tmp_path_factory.mktemp("source") / "osc-imagetools"
    shutil.copytree(ROOT, tree, ignore=NOT_IN_AN_ARCHIVE)
    program = "from setuptools import build_meta; build_meta.build_sdist('made')"
    run(sys.executable, "-c", program, cwd=tree)
    [made] = (tree / "made").glob("*.tar.gz")
    return made


def text_in(wheel: zipfile.ZipFile, name: str) -> str:
    [file] = [file for file in wheel.namelist() if file.endswith(f".dist-info/{name}")]
    return wheel.read(file).decode()


def setup_cfg() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    return parser


def requirements() -> list[Requirement]:
    """Of the package and of its extras."""
    listed = [setup_cfg()["options"]["install_requires"]]
    listed += setup_cfg()["options.extras_require"].values()
    lines = "\n".join(listed).split("\n")
    return [Requirement(line) for line in lines if line]


def lowest() -> dict[str, Version]:
    pins = (
        Requirement(line)
        for line in LOWEST.read_text().splitlines()
        if line and not line.startswith("#")
    )
    return {
        canonicalize_name(pin.name): Version(next(iter(pin.specifier)).version)
        for pin in pins
    }


class TestWheel:
    def test_holds_every_file_of_the_package_and_nothing_else(self, wheel):
        in_the_tree = {
            file.relative_to(ROOT).as_posix()
            for file in PACKAGE.rglob("*")
            if file.is_file() and file.suffix != ".pyc"
        }

        in_the_wheel = {name for name in wheel.namelist() if ".dist-info/" not in name}

        assert in_the_wheel == in_the_tree
        assert "osc_imagetools/py.typed" in in_the_wheel

    @pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
    def test_has_our_version_inside_a_repository_of_others(self, wheel):
        ours = setup_cfg()["metadata"]["version"]

        written = text_in(wheel, "METADATA")

        assert f"\nVersion: {ours}\n" in written
        assert "\nRequires-Python: >=3.10\n" in written

    def test_carries_the_licence(self, wheel):
        names = wheel.namelist()

        assert any(re.search(r"\.dist-info/(.*/)?LICENSE$", name) for name in names)

    def test_registers_commands_in_one_group_only(self, wheel):
        written = configparser.ConfigParser(delimiters="=")

        written.read_string(text_in(wheel, "entry_points.txt"))

        assert written.sections() == [plugin.GROUP]
        assert all(name.startswith("image_") for name in written[plugin.GROUP])


class TestSourceArchive:
    def test_makes_the_same_wheel_as_the_tree(self, archive, wheel, tmp_path):
        made = zipfile.ZipFile(build_wheel(archive, tmp_path))

        assert sorted(made.namelist()) == sorted(wheel.namelist())
        assert text_in(made, "METADATA") == text_in(wheel, "METADATA")

    def test_holds_what_packagers_need_to_test_and_document_it(self, archive):
        with tarfile.open(archive) as opened:
            names = {name.partition("/")[2] for name in opened.getnames()}

        needed = {"LICENSE", "README.rst", "SECURITY.rst", "tox.ini", "bindep.txt"}
        assert needed | {"doc/source/index.rst", "tests/unit/plugin.py"} <= names


class TestCompletion:
    def test_of_a_shell_knows_our_commands(self):
        client = Path(sys.executable).with_name("openstack")
        told = run(client, "complete", cwd=ROOT).stdout

        missing = [
            entry_point.name
            for entry_point in plugin.entry_points()
            if f"cmds_{entry_point.name.replace('-', '_')}='" not in told
        ]

        assert missing == []


class TestVersion:
    def test_stands_in_one_place(self):
        ours = setup_cfg()["metadata"]["version"]
        files = [*ROOT.glob("setup.*"), ROOT / "pyproject.toml"]
        files += [*PACKAGE.rglob("*.py"), ROOT / "doc" / "source" / "conf.py"]

        naming_it = [file.name for file in files if ours in file.read_text()]

        assert naming_it == ["setup.cfg"]

    def test_is_the_installed_one(self):
        ours = setup_cfg()["metadata"]["version"]

        installed = metadata.version(plugin.DISTRIBUTION)

        assert installed == ours


class TestRequirements:
    def test_have_a_lower_bound_and_no_upper_one(self):
        operators = {
            requirement.name: [bound.operator for bound in requirement.specifier]
            for requirement in requirements()
        }

        assert all(found == [">="] for found in operators.values()), operators

    def test_have_the_lower_bounds_that_the_lowest_environment_installs(self):
        bounds = {
            canonicalize_name(requirement.name): Version(bound.version)
            for requirement in requirements()
            for bound in requirement.specifier
        }

        pinned = {name: lowest().get(name) for name in bounds}

        assert pinned == bounds

    def test_name_every_library_that_we_import(self):
        imported = {name.partition(".")[0] for name in _imports_of_ours()}

        provided = {
            file.parts[0].removesuffix(".py")
            for requirement in requirements()
            for file in metadata.distribution(requirement.name).files or []
        }

        # compression: of the standard library, from Python 3.14 on.
        own = sys.stdlib_module_names | {PACKAGE.name, "compression"}
        assert imported - own - provided == set()

    def test_are_on_the_page_with_the_licence_that_each_states(self):
        page = ROOT / "doc" / "source" / "reference" / "third-parties.rst"
        rows = re.findall(r"\* - ``([\w.-]+)``\n     - (.+)", page.read_text())

        listed = dict(rows)

        assert listed.keys() == {requirement.name for requirement in requirements()}
        for name, licence in listed.items():
            # Older versions state it in other words, or not at all.
            stated = metadata.metadata(name).get("License-Expression") or licence
            assert (name, stated) == (name, licence)

    @pytest.mark.skipif(
        os.environ.get("TOX_ENV_NAME") != "lowest", reason="not the lowest environment"
    )
    def test_of_the_lowest_environment_are_exactly_the_lowest(self):
        installed = {
            canonicalize_name(found.name): Version(found.version)
            for found in metadata.distributions()
        }

        differing = {
            name: (str(installed[name]), str(version))
            for name, version in lowest().items()
            if name in installed and installed[name] != version
        }

        assert differing == {}


def _imports_of_ours() -> set[str]:
    found: set[str] = set()
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                found.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module)
    return found


def _imported_in_functions() -> set[str]:
    """The modules of ours that those of the commands import when they are needed."""
    return {
        node.module
        for file in (PACKAGE / "commands").rglob("*.py")
        for function in ast.walk(ast.parse(file.read_text()))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.ImportFrom) and is_ours(node.module or "")
    }


EACH_FIRST = """
import importlib, os, sys
for name in sys.argv[1:]:
    if not (child := os.fork()):
        importlib.import_module(name)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        print(name)
"""
"""Prints which of the modules that it is told can't be loaded before the others."""


def imported_by(program: str) -> set[str]:
    """The modules in memory at the end of *program*, in a process of its own."""
    ended = "\nimport sys; print(*sys.modules, file=sys.stderr)"
    done = run(sys.executable, "-c", program + ended, cwd=ROOT.parent)
    return set(done.stderr.split())


def is_ours(module: str) -> bool:
    return module.partition(".")[0] == PACKAGE.name


@pytest.fixture(scope="module")
def client() -> argparse.ArgumentParser:
    """The parser of the client's own options, which it takes anywhere on the line."""
    return OpenStackShell().parser


OUR_OPTIONS = [
    pytest.param(option, action, id=f"F107 {plugin.words(entry_point)} {option}")
    for entry_point in plugin.entry_points()
    for action in plugin.own_actions(entry_point)
    for option in action.option_strings
]


def swallowed(client: argparse.ArgumentParser, line: list[str]) -> list[str]:
    """The words of *line* that the client keeps from the command."""
    _, left = client.parse_known_args(line)
    return [word for word in line if word not in left]


class TestOptions:
    @pytest.mark.parametrize(("option", "action"), OUR_OPTIONS)
    def test_of_ours_reach_our_command(self, client, option, action):
        value = [] if action.nargs == 0 else ["value"]

        kept_back = [
            *swallowed(client, ["image", "command", option, *value, "name"]),
            *swallowed(client, [option, *value]),
            *swallowed(client, ["image", "=".join([option, *value]), "name"]),
        ]

        assert kept_back == []

    @pytest.mark.parametrize(("option", "action"), OUR_OPTIONS)
    def test_of_ours_neither_equal_nor_begin_one_of_the_client(
        self, client, option, action
    ):
        theirs = [name for known in client._actions for name in known.option_strings]

        begun = [name for name in theirs if name.startswith(option)]

        assert begun == []

    @pytest.mark.parametrize("option", ["--verify", "--timing", "--os-image-api"])
    def test_that_the_client_would_swallow_are_noticed(self, client, option):
        line = ["image", "command", option, "value", "name"]

        kept_back = swallowed(client, line)

        assert option in kept_back


class TestStart:
    """What the plugin costs those who don't use it.

    For ``--version`` that is nothing. For any real command cliff asks stevedore
    for all commands of the Image API, and stevedore imports the module of each.
    """

    STOCK = "import openstackclient.shell, openstackclient.image.v2.image\n"
    SHELL = (
        "from openstackclient import shell\n"
        "try: shell.main({})\n"
        "except SystemExit: pass\n"
    )

    def test_version_of_the_client_imports_no_module_of_ours(self):
        imported = imported_by(self.SHELL.format(["--version"]))

        assert "openstackclient.shell" in imported
        assert [module for module in imported if is_ours(module)] == []

    def test_a_stock_command_imports_our_parsers_and_nothing_behind_them(self):
        thin = re.compile(
            r"osc_imagetools(\.(commands(\.\w+)*|errors|i18n|printable))?"
        )

        imported = imported_by(self.SHELL.format(["image", "list", "--help"]))

        ours = {module for module in imported if is_ours(module)}
        assert {module for module in ours if not thin.fullmatch(module)} == set()

    def test_every_module_can_be_loaded(self):
        """So all of their lines are counted, whatever else loads them."""
        paths = [path.relative_to(ROOT) for path in PACKAGE.rglob("*.py")]
        names = {".".join(path.with_suffix("").parts) for path in paths}

        for name in names:
            importlib.import_module(name.removesuffix(".__init__"))

        assert len(names) > len(plugin.entry_points())

    def test_what_a_command_loads_when_it_needs_it_can_be_loaded_first(self):
        """The tests run commands in forks of a process that has loaded everything."""
        needed = sorted(_imported_in_functions())

        done = run(
            sys.executable, "-c", self.STOCK + EACH_FIRST, *needed, cwd=ROOT.parent
        )

        assert (done.stdout, len(needed) > 10) == ("", True)

    def test_our_commands_import_no_library_that_the_client_has_not_loaded(self):
        modules = {entry_point.module for entry_point in plugin.entry_points()}
        ours = "".join(f"import {module}\n" for module in modules)

        added = imported_by(self.STOCK + ours) - imported_by(self.STOCK)

        libraries = {module.partition(".")[0] for module in added}
        assert libraries - sys.stdlib_module_names == {PACKAGE.name}
