"""A real nginx in front of the program, with a configuration that the test writes."""

import asyncio
import subprocess
from contextlib import asynccontextmanager

from tests.tools.clients import client
from tests.tools.until import until

_MAIN = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log notice; worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  {http}
}}
"""


def certificate(folder):
    """A self-signed certificate for any name: `ssl_certificate` and its key as nginx reads them."""
    subprocess.run(
        [client("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-days", "2", "-subj", "/CN=tv.example", "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    return f"ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;"


@asynccontextmanager
async def nginx(folder, http):
    """Run nginx with `http` in its http block, everything else in `folder`, until the block ends."""
    file = folder / "nginx.conf"
    file.write_text(_MAIN.format(folder=folder, http=http))
    process = await asyncio.create_subprocess_exec(
        client("nginx"), "-p", str(folder), "-c", str(file), stderr=subprocess.PIPE
    )
    try:
        await until((folder / "nginx.pid").exists, deadline=10)
        yield
    finally:
        process.terminate()
        await process.wait()
