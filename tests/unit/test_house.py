# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Rules of the house that no linter knows, read off the syntax trees.

Who may import whom is import-linter's (pyproject.toml). Here: that only the
package ``glance`` writes to the image service, that public things say what they
are, and that the tree stands alone.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from osc_imagetools.lifecycle.model import remedy
from tests.unit import plugin

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "osc_imagetools"
HEADER = (
    "# Copyright the osc-imagetools authors\n# SPDX-License-Identifier: Apache-2.0\n"
)

WRITING_VERBS = {"post", "put", "patch", "delete"}
READING_METHODS = {"GET", "HEAD"}

SDK_WRITES = {
    *("create_image", "update_image", "delete_image", "upload_image", "stage_image"),
    *("import_image", "deactivate_image", "reactivate_image", "set_image_cache"),
    *("add_tag", "remove_tag", "add_member", "remove_member", "update_member"),
    *("update_image_properties", "clear_cache", "queue_image", "cache_delete_image"),
}
"""What writes to the image service in openstacksdk's image and cloud layers."""


def writes(source: str) -> list[str]:
    """Each place of *source* that may write over HTTP or the SDK: ``line: code``."""
    return [
        f"{node.lineno}: {ast.unparse(node)}"
        for node in ast.walk(ast.parse(source))
        if _writes(node)
    ]


def _writes(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in SDK_WRITES or node.attr == "api"
    if isinstance(node, ast.ImportFrom) and node.module == "requests":
        return bool({alias.name for alias in node.names} & {*WRITING_VERBS, "request"})
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name) and node.func.id == "getattr":
        return _constant(node.args[1]) in {*WRITING_VERBS, *SDK_WRITES, "request"}
    if not isinstance(node.func, ast.Attribute):
        return False
    if node.func.attr in WRITING_VERBS:
        return _is_sent_somewhere(node)
    return node.func.attr in {"request", "urlopen", "Request"} and not _reads(node)


def _is_sent_somewhere(call: ast.Call) -> bool:
    """Whether a method called ``put`` … is given an address: a queue isn't."""
    if any(keyword.arg in ("url", "json", "data") for keyword in call.keywords):
        return True
    return bool(call.args) and _is_address(call.args[0])


def _is_address(node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr | ast.BinOp) or isinstance(_constant(node), str):
        return True
    words = re.split(r"[\W_]+", ast.unparse(node).lower())
    return bool({"url", "uri", "path", "endpoint", "href"} & set(words))


def _reads(call: ast.Call) -> bool:
    words = [*call.args, *(keyword.value for keyword in call.keywords)]
    return bool(READING_METHODS & {_constant(word) for word in words})


def _constant(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else None


MODULES = [
    pytest.param(file, id=file.relative_to(ROOT).as_posix())
    for file in sorted(PACKAGE.rglob("*.py"))
]
MAY_NOT_WRITE = [
    module for module in MODULES if "osc_imagetools/glance/" not in str(module.id)
]


class TestOnlyGlanceWrites:
    @pytest.mark.parametrize("file", MAY_NOT_WRITE)
    def test_to_the_image_service(self, file):
        source = file.read_text()

        found = writes(source)

        assert found == []

    @pytest.mark.parametrize(
        "snippet",
        [
            "session.post('/v2/images', json={})",
            "session.put(f'{endpoint}/v2/images/{image_id}/file', data=blocks)",
            "adapter.patch(url, operations)",
            "adapter.delete('/v2/images/' + image_id)",
            "self.session.delete(url=address)",
            "session.request('POST', url)",
            "session.request(method, url)",
            "session.request(url, method='PATCH')",
            "clients.image.create_image(name='x')",
            "clients.sdk_connection.image.delete_image(image_id)",
            "upload = clients.image.upload_image",
            "getattr(session, 'put')(url)",
            "images.api.get('/images')",
            "from requests import post",
        ],
    )
    def test_and_writing_elsewhere_is_noticed(self, snippet):
        assert writes(snippet) != []

    @pytest.mark.parametrize(
        "snippet",
        [
            "session.get(url, stream=True)",
            "session.request('GET', url)",
            "session.request(method='HEAD', url=url)",
            "blocks.put(block, timeout=1)",
            "images.delete(record.id)",
            "change.patch(image)",
        ],
    )
    def test_and_what_only_reads_or_asks_glance_is_not(self, snippet):
        assert writes(snippet) == []


def silent_things(source: str) -> list[str]:
    """What of *source* is public and has no docstring.

    Of the module, its public classes and functions, and their public methods.
    """
    tree = ast.parse(source)
    things = [("the module", tree), *_public_things(tree, "")]
    return [name for name, node in things if not ast.get_docstring(node)]


def _public_things(
    parent: ast.Module | ast.ClassDef, prefix: str
) -> Iterator[tuple[str, ast.AST]]:
    for node in parent.body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if node.name.startswith("_") or _says_it_elsewhere(node):
            continue
        yield prefix + node.name, node
        if isinstance(node, ast.ClassDef):
            yield from _public_things(node, f"{node.name}.")


def _says_it_elsewhere(node: ast.AST) -> bool:
    """A command has its ``_description``; parser and action are cliff's words."""
    if isinstance(node, ast.ClassDef):
        names = [
            target.id
            for statement in node.body
            if isinstance(statement, ast.Assign)
            for target in statement.targets
            if isinstance(target, ast.Name)
        ]
        return "_description" in names
    return getattr(node, "name", "") in ("get_parser", "take_action")


OWN_COMMANDS = [plugin.words(each) for each in plugin.entry_points()]
"""Of this plugin, as people type them, without ``openstack``."""


def written_out(source: str) -> list[str]:
    """The commands of ours that *source* has as text, and not by ``remedy.ours``."""
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and ast.get_docstring(node)
    }
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and id(node) not in docstrings
    ]
    return [
        command
        for command in OWN_COMMANDS
        for text in texts
        if f"openstack {command}" in str(text)
    ]


ADVISING = [
    module for module in MODULES if "osc_imagetools/commands/" not in str(module.id)
]
"""What tells people what to do; the help of commands has examples."""


class TestRemedies:
    @pytest.mark.parametrize("file", ADVISING)
    def test_of_ours_are_written_for_the_project_that_one_works_for(self, file):
        assert written_out(file.read_text()) == []

    def test_that_are_written_out_are_noticed(self):
        source = '"openstack image rotate"\nuse = f"\'openstack image rotate\' {x}"'

        assert written_out(source) == ["image rotate"]

    def test_of_ours_are_none_of_the_clients(self):
        own, stock = get_args(remedy.Own), get_args(remedy.Stock)

        assert {f"image {verb}" for verb in own} <= {*OWN_COMMANDS}
        assert {f"image {verb}" for verb in stock}.isdisjoint(OWN_COMMANDS)


class TestEveryModule:
    @pytest.mark.parametrize("file", MODULES)
    def test_says_what_its_public_things_are(self, file):
        source = file.read_text()

        silent = silent_things(source) if source.removeprefix(HEADER) else []

        assert silent == []

    @pytest.mark.parametrize("file", MODULES)
    def test_has_one_subject(self, file):
        lines = file.read_text().splitlines()

        assert len(lines) < 400

    @pytest.mark.parametrize("file", MODULES)
    def test_has_functions_that_fit_on_a_screen(self, file):
        functions = [
            node
            for node in ast.walk(ast.parse(file.read_text()))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]

        long = [
            node.name
            for node in functions
            if node.end_lineno is not None and node.end_lineno - node.lineno >= 60
        ]

        assert long == []


def test_the_name_of_a_public_class_stands_for_one_class():
    places: dict[str, list[str]] = {}
    for module in MODULES:
        [file] = module.values
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(str(module.id))

    twice = {name: found for name, found in places.items() if len(found) > 1}

    assert twice == {}


def tracked() -> list[Path]:
    """The files that are in git, or will be."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = (ROOT / name for name in listed.stdout.split("\0") if name)
    return [file for file in files if file.is_file()]


def text_of(file: Path) -> str:
    return file.read_bytes().decode(errors="replace")


def ways_out(text: str, file: Path, tree: Path) -> list[str]:
    """The words of *text*, in *file* of *tree*, that name where the tree lies.

    That is an absolute path into the folder that holds the tree, or a relative
    one to something that is there beside it.
    """
    holder = tree.parent
    found = re.findall(r"(?:\.\./)+[\w.-]+|/(?:[\w.-]+/)+[\w.-]+", text)
    places = ((word, (file.parent / word).resolve()) for word in found)
    return [
        word
        for word, place in places
        if place.is_relative_to(holder)
        and (word.startswith("/") or not place.is_relative_to(tree))
        and (holder / place.relative_to(holder).parts[0]).exists()
    ]


@pytest.mark.skipif(
    shutil.which("git") is None
    or not (ROOT / ".git").exists()
    or ROOT.parent == Path(ROOT.anchor),
    reason="not a git checkout in a folder of its own",
)
class TestTree:
    def test_names_nothing_that_lies_beside_it(self):
        leading_out = {
            file.relative_to(ROOT).as_posix(): found
            for file in tracked()
            if (found := ways_out(text_of(file), file, ROOT))
        }

        assert leading_out == {}

    def test_has_the_two_lines_on_top_of_each_source_file(self):
        without = [
            file.relative_to(ROOT).as_posix()
            for file in tracked()
            if file.suffix == ".py" and HEADER not in text_of(file)[:200]
        ]

        assert without == []


def test_a_name_of_where_the_tree_lies_is_noticed(tmp_path):
    tree = tmp_path / "tree"
    (tree / "doc").mkdir(parents=True)
    (tmp_path / "notes").mkdir()
    page = tree / "doc" / "page.rst"

    by_the_way_up = ways_out("see ../../notes/a", page, tree)
    by_its_place = ways_out(f"see {tmp_path}/notes/a", page, tree)
    inside = ways_out("see ../README.rst, ../../../../etc/hosts", page, tree)

    assert by_the_way_up == ["../../notes"]
    assert by_its_place == [f"{tmp_path}/notes/a"]
    assert inside == []


def test_a_public_thing_without_a_docstring_is_noticed():
    source = "class Image:\n    def size(self): pass\n    def _own(self): pass"

    silent = silent_things(source)

    assert silent == ["the module", "Image", "Image.size"]
