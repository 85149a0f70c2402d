# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The web servers of this world, each with one folder of files, as Debian packs them.

Where a server's program isn't there, what it once answered is replayed by the source
server: :mod:`tests.cloud.recorded`.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.cloud.children import die_with_parent
from tests.cloud.recorded import HEADS
from tests.cloud.source.client import Source
from tests.cloud.source.faults import Recorded

START_SECONDS = 30.0

PLAIN, ENCODED, CHUNKED, STATIC = "", "encoded/", "chunked/", "static/"
"""Ways to serve a file, by folder: as it is; said to be encoded; without a length; the
``.gz`` that lies beside it, whatever was asked for."""


@dataclass(frozen=True)
class WebServer:
    """A program, how it is told what to do, and what it can do."""

    name: str
    program: str
    arguments: Callable[[Path, Path, int], list[str]]
    """Of the folder for itself, that of the files, and the port; writes its files."""
    ways: tuple[str, ...] = (PLAIN,)
    has_ranges: bool = True

    @property
    def path(self) -> str | None:
        """The program's; ``None`` where it isn't there."""
        places = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
        return shutil.which(self.program, path=places)


def _nginx(folder: Path, root: Path, port: int) -> list[str]:
    paths = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{each}_temp_path {each};" for each in paths)
    (folder / "nginx.conf").write_text(f"""
        daemon off; master_process off; pid nginx.pid; error_log stderr;
        events {{}}
        http {{
            access_log off; {temporary}
            types {{ application/gzip gz; }}
            default_type application/octet-stream;
            server {{
                listen 127.0.0.1:{port};
                root {root};
                location /{ENCODED} {{
                    alias {root}/; types {{}} add_header Content-Encoding gzip;
                }}
                location /{CHUNKED} {{
                    alias {root}/; sub_filter_types *; sub_filter "no such text" "";
                }}
                location /{STATIC} {{ alias {root}/; gzip_static always; }}
            }}
        }}""")
    return ["-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]


def _apache(folder: Path, root: Path, port: int) -> list[str]:
    names = ("mpm_event", "authz_core", "mime", "alias", "deflate", "filter", "env")
    modules = "\n".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so"
        for name in names
    )
    (folder / "apache.conf").write_text(f"""
        ServerRoot {folder}
        PidFile {folder}/pid
        DefaultRuntimeDir {folder}
        Listen 127.0.0.1:{port}
        ServerName localhost
        ErrorLog /dev/stderr
        {modules}
        User nobody
        Group nogroup
        TypesConfig /dev/null
        Alias /{ENCODED} {root}/
        Alias /{CHUNKED} {root}/
        DocumentRoot {root}
        <Location /{ENCODED}>
            AddEncoding x-gzip .gz
        </Location>
        <Location /{CHUNKED}>
            SetOutputFilter DEFLATE
            SetEnv force-gzip 1
        </Location>""")
    return ["-DFOREGROUND", "-f", str(folder / "apache.conf")]


def _lighttpd(folder: Path, root: Path, port: int) -> list[str]:
    (folder / "lighttpd.conf").write_text(f"""
        server.document-root = "{root}"
        server.bind = "127.0.0.1"
        server.port = {port}
        server.modules = ("mod_alias", "mod_setenv")
        mimetype.assign = (".gz" => "application/gzip")
        alias.url = ("/{ENCODED}" => "{root}/")
        $HTTP["url"] =~ "^/{ENCODED}" {{
            setenv.add-response-header = ("Content-Encoding" => "gzip")
        }}""")
    return ["-D", "-f", str(folder / "lighttpd.conf")]


def _caddy(folder: Path, root: Path, port: int) -> list[str]:
    (folder / "Caddyfile").write_text(f"""
        {{
            admin off
            storage file_system {folder}
        }}
        http://127.0.0.1:{port} {{
            root * {root}
            handle_path /{ENCODED}* {{
                header Content-Encoding gzip
                file_server
            }}
            file_server
        }}""")
    return ["run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


def _busybox(folder: Path, root: Path, port: int) -> list[str]:
    return ["httpd", "-f", "-p", f"127.0.0.1:{port}", "-h", str(root)]


def _python(folder: Path, root: Path, port: int) -> list[str]:
    where = ("--bind", "127.0.0.1", "--directory", str(root))
    return ["-m", "http.server", *where, str(port)]


SERVERS = (
    WebServer("nginx", "nginx", _nginx, (PLAIN, ENCODED, CHUNKED, STATIC)),
    WebServer("Apache", "apache2", _apache, (PLAIN, ENCODED, CHUNKED)),
    WebServer("lighttpd", "lighttpd", _lighttpd, (PLAIN, ENCODED)),
    # Whose answer to that is chunked
    WebServer("Caddy", "caddy", _caddy, (PLAIN, ENCODED)),
    WebServer("busybox", "busybox", _busybox),
    WebServer("Python", sys.executable, _python, has_ranges=False),
)


@contextmanager
def offering(server: WebServer, folder: Path, source: Source) -> Iterator[str]:
    """Where *server* serves ``folder/files``; where it isn't there, *source* as it."""
    if server.path is None:
        yield replaying(server, folder, source)
    else:
        with serving(server, folder) as url:
            yield url


@contextmanager
def serving(server: WebServer, folder: Path) -> Iterator[str]:
    """Where *server* serves ``folder/files``, which anybody may read; ends with it."""
    program = server.path
    assert program is not None
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    listener.close()
    own = folder / "server"
    own.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [program, *server.arguments(own, folder / "files", port)],
        preexec_fn=die_with_parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=(own / "stderr").open("wb"),
        env={**os.environ, "HOME": str(own), "XDG_CONFIG_HOME": str(own)},
    )
    with process:
        try:
            _await(process, port, own)
            yield f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()


def _await(process: subprocess.Popen[bytes], port: int, own: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError((own / "stderr").read_text())


def replaying(server: WebServer, folder: Path, source: Source) -> str:
    """Where *source* answers for ``folder/files`` as *server* once did."""
    for way in server.ways:
        whole, part = HEADS[server.name][way]
        for path in (folder / "files").iterdir():
            packed = path.with_name(f"{path.name}.gz")
            is_packed = way == STATIC and packed.exists()
            source.put(way + path.name, packed if is_packed else path)
            source.misbehave(way + path.name, Recorded(whole, part))
    return source.url("")
