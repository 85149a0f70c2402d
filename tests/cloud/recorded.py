# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What Debian's web servers answered when a file was asked for, and a part of it.

Recorded from those of Debian 12 by :mod:`tests.cloud.servers`; what depends on the
file is filled in. ``None``: it sends the whole file then.
"""

Heads = tuple[str, str | None]

HEADS: dict[str, dict[str, Heads]] = {
    "nginx": {
        "": (
            """\
HTTP/1.1 200 OK
Server: nginx/1.22.1
Date: Sun, 01 Mar 2026 05:00:00 GMT
Content-Type: application/gzip
Content-Length: {length}
Last-Modified: Sun, 01 Mar 2026 04:05:06 GMT
Connection: close
ETag: "3b9aca00-49451"
Accept-Ranges: bytes""",
            """\
HTTP/1.1 206 Partial Content
Server: nginx/1.22.1
Date: Sun, 01 Mar 2026 05:00:00 GMT
Content-Type: application/gzip
Content-Length: {length}
Last-Modified: Sun, 01 Mar 2026 04:05:06 GMT
Connection: close
ETag: "3b9aca00-49451"
Content-Range: bytes {start}-{last}/{total}""",
        ),
        "encoded/": (
            """\
HTTP/1.1 200 OK
Server: nginx/1.22.1
Date: Sun, 01 Mar 2026 05:00:00 GMT
Content-Type: application/octet-stream
Content-Length: {length}
Last-Modified: Sun, 01 Mar 2026 04:05:06 GMT
Connection: close
ETag: "3b9aca00-49451"
Content-Encoding: gzip
Accept-Ranges: bytes""",
            """\
HTTP/1.1 206 Partial Content
Server: nginx/1.22.1
Date: Sun, 01 Mar 2026 05:00:00 GMT
Content-Type: application/octet-stream
Content-Length: {length}
Last-Modified: Sun, 01 Mar 2026 04:05:06 GMT
Connection: close
ETag: "3b9aca00-49451"
Content-Encoding: gzip
Content-Range: bytes {start}-{last}/{total}""",
        ),
        "chunked/": (
            """\
HTTP/1.1 200 OK
Server: nginx/1.22.1
Date: Sun, 01 Mar 2026 05:00:00 GMT
Content-Type: application/gzip
Transfer-Encoding: chunked
Connection: close""",
            None,
        ),
        "static/": (
            """\
HTTP/1.1 200 OK
Server: nginx/1.22.1
Date: Sun, 01 Mar 2026 05:00:00 GMT
Content-Type: application/octet-stream
Content-Length: {length}
Last-Modified: Sun, 01 Mar 2026 04:05:06 GMT
Connection: close
ETag: "3b9aca00-49451"
Content-Encoding: gzip""",
            None,
        ),
    },
    "Apache": {
        "": (
            """\
HTTP/1.1 200 OK
Date: Sun, 01 Mar 2026 05:00:00 GMT
Server: Apache/2.4.71 (Debian)
Last-Modified: Sun, 01 Mar 2026 04:05:06 GMT
ETag: "49451-38d7ea4c68000"
Accept-Ranges: bytes
Content-Length: {length}
Connection: close""",
            """\
HTTP/1.1 206 Partial Content
Date: Sun, 01 Mar 2026 05:00:00 GMT
Server: Apache/2.4.71 (Debian)
Last-Modified: Sun, 01 Mar 2026 04:05:06 GMT
ETag: "49451-38d7ea4c68000"
Accept-Ranges: bytes
Content-Length: {length}
Content-Range: bytes {start}-{last}/{total}
Connection: close""",
        ),
        "encoded/": (
            """\
HTTP/1.1 200 OK
Date: Sun, 01 Mar 2026 05:00:00 GMT
Server: Apache/2.4.71 (Debian)
Last-Modified: Sun, 01 Mar 2026 04:05:06 GMT
ETag: "49451-38d7ea4c68000"
Accept-Ranges: bytes
Content-Length: {length}
Connection: close
Content-Encoding: x-gzip""",
            """\
HTTP/1.1 206 Partial Content
Date: Sun, 01 Mar 2026 05:00:00 GMT
Server: Apache/2.4.71 (Debian)
Last-Modified: Sun, 01 Mar 2026 04:05:06 GMT
ETag: "49451-38d7ea4c68000"
Accept-Ranges: bytes
Content-Length: {length}
Content-Range: bytes {start}-{last}/{total}
Connection: close
Content-Encoding: x-gzip""",
        ),
        "chunked/": (
            """\
HTTP/1.1 200 OK
Date: Sun, 01 Mar 2026 05:00:00 GMT
Server: Apache/2.4.71 (Debian)
Last-Modified: Sun, 01 Mar 2026 04:05:06 GMT
ETag: "49451-38d7ea4c68000-gzip"
Accept-Ranges: bytes
Vary: Accept-Encoding
Content-Encoding: gzip
Connection: close
Transfer-Encoding: chunked""",
            None,
        ),
    },
    "lighttpd": {
        "": (
            """\
HTTP/1.1 200 OK
Content-Type: application/gzip
ETag: "3769187220"
Last-Modified: Sun, 01 Mar 2026 04:05:06 GMT
Content-Length: {length}
Accept-Ranges: bytes
Connection: close
Date: Sun, 01 Mar 2026 05:00:00 GMT
Server: lighttpd/1.4.69""",
            """\
HTTP/1.1 206 Partial Content
Content-Type: application/gzip
ETag: "3769187220"
Last-Modified: Sun, 01 Mar 2026 04:05:06 GMT
Content-Length: {length}
Accept-Ranges: bytes
Content-Range: bytes {start}-{last}/{total}
Connection: close
Date: Sun, 01 Mar 2026 05:00:00 GMT
Server: lighttpd/1.4.69""",
        ),
        "encoded/": (
            """\
HTTP/1.1 200 OK
Content-Type: application/gzip
ETag: "3769187220"
Last-Modified: Sun, 01 Mar 2026 04:05:06 GMT
Content-Length: {length}
Content-Encoding: gzip
Connection: close
Date: Sun, 01 Mar 2026 05:00:00 GMT
Server: lighttpd/1.4.69""",
            None,
        ),
    },
    "Caddy": {
        "": (
            """\
HTTP/1.1 200 OK
Accept-Ranges: bytes
Content-Length: {length}
Content-Type: application/gzip
Etag: "gjdgxs6fkh"
Last-Modified: Sun, 01 Mar 2026 04:05:06 GMT
Server: Caddy
Date: Sun, 01 Mar 2026 05:00:00 GMT
Connection: close""",
            """\
HTTP/1.1 206 Partial Content
Accept-Ranges: bytes
Content-Length: {length}
Content-Range: bytes {start}-{last}/{total}
Content-Type: application/gzip
Etag: "gjdgxs6fkh"
Last-Modified: Sun, 01 Mar 2026 04:05:06 GMT
Server: Caddy
Date: Sun, 01 Mar 2026 05:00:00 GMT
Connection: close""",
        ),
        "encoded/": (
            """\
HTTP/1.1 200 OK
Accept-Ranges: bytes
Content-Encoding: gzip
Content-Type: application/gzip
Etag: "gjdgxs6fkh"
Last-Modified: Sun, 01 Mar 2026 04:05:06 GMT
Server: Caddy
Date: Sun, 01 Mar 2026 05:00:00 GMT
Connection: close
Transfer-Encoding: chunked""",
            """\
HTTP/1.1 206 Partial Content
Accept-Ranges: bytes
Content-Encoding: gzip
Content-Range: bytes {start}-{last}/{total}
Content-Type: application/gzip
Etag: "gjdgxs6fkh"
Last-Modified: Sun, 01 Mar 2026 04:05:06 GMT
Server: Caddy
Date: Sun, 01 Mar 2026 05:00:00 GMT
Connection: close
Transfer-Encoding: chunked""",
        ),
    },
    "busybox": {
        "": (
            """\
HTTP/1.1 200 OK
Date: Sun, 01 Mar 2026 05:00:00 GMT
Connection: close
Accept-Ranges: bytes
Last-Modified: Sun, 01 Mar 2026 04:05:06 GMT
ETag: "3b9aca00-49451"
Content-Length: {length}""",
            """\
HTTP/1.1 206 Partial Content
Date: Sun, 01 Mar 2026 05:00:00 GMT
Connection: close
Content-type: text/html
Content-Range: bytes {start}-{last}/{total}
Accept-Ranges: bytes
Last-Modified: Sun, 01 Mar 2026 04:05:06 GMT
ETag: "3b9aca00-49451"
Content-Length: {length}""",
        ),
    },
    "Python": {
        "": (
            """\
HTTP/1.0 200 OK
Server: SimpleHTTP/0.6 Python/3.11.7
Date: Sun, 01 Mar 2026 05:00:00 GMT
Content-type: application/gzip
Content-Length: {length}
Last-Modified: Sun, 01 Mar 2026 04:05:06 GMT""",
            None,
        ),
    },
}
"""By server and by way (a folder)."""
