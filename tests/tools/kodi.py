"""Kodi without a screen, as an ordinary user, driven by its JSON-RPC (hdhr.md, 6.3)."""

import asyncio
import contextlib
import os
import select
import signal
import subprocess
from pathlib import Path
from xml.sax.saxutils import quoteattr

import aiohttp

from tests.tools.clients import client, lacking
from tests.tools.ordinary import give, ordinary_home, ordinary_user
from tests.tools.server import free_port
from tests.tools.until import until


class Kodi:
    """A running Kodi; `log` is what it wrote."""

    def __init__(self, home, port):
        self._home, self._port = home, port

    @property
    def log(self):
        written = self._home / ".kodi" / "temp" / "kodi.log"
        return written.read_text(errors="replace") if written.exists() else ""

    async def ask(self, method, **params):
        """The result of a call."""
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as session,
            session.post(
                f"http://127.0.0.1:{self._port}/jsonrpc",
                json={"jsonrpc": "2.0", "id": 1, "method": method, "params": params},
            ) as answer,
        ):
            said = await answer.json(content_type=None)
        assert "result" in said, f"{method} {params}: {said}\n{self.log[-3000:]}"
        return said["result"]

    async def answers(self):
        """Whether its JSON-RPC is up."""
        try:
            return await self.ask("JSONRPC.Ping") == "pong"
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def version(self, addon):
        """Its own version and that of an add-on."""
        own = (await self.ask("Application.GetProperties", properties=["version"]))["version"]
        details = await self.ask("Addons.GetAddonDetails", addonid=addon, properties=["version"])
        return f"{own['major']}.{own['minor']}, {details['addon']['version']}"

    async def channels(self, count):
        """Its television channels once there are so many: {label: id}."""

        async def listed():
            try:
                found = await self.ask("PVR.GetChannels", channelgroupid="alltv")
            except AssertionError:  # there is no group before the add-on has channels
                return None
            rows = found.get("channels", ())
            return len(rows) >= count and {row["label"]: row["channelid"] for row in rows}

        return await until(listed, deadline=60, every=0.5, what=f"{count} channels in Kodi")

    async def programmes(self, channel, count):
        """Titles in a channel's guide once there are so many."""

        async def listed():
            found = await self.ask("PVR.GetBroadcasts", channelid=channel, properties=["title"])
            rows = found.get("broadcasts", ())
            return len(rows) >= count and [row["title"] for row in rows]

        return await until(listed, deadline=60, every=0.5, what=f"{count} programmes in Kodi")

    async def play(self, channel):
        """Play a channel until there is a picture: its video codec, its audio codec, the player."""
        await self.ask("Player.Open", item={"channelid": channel})
        wanted = ["currentvideostream", "currentaudiostream"]

        async def shown():
            players = await self.ask("Player.GetActivePlayers")
            for player in players:
                found = await self.ask("Player.GetProperties", playerid=player["playerid"], properties=wanted)
                codecs = tuple((found.get(name) or {}).get("codec") for name in wanted)
                if all(codecs):
                    return *codecs, player["playerid"]
            return None

        return await until(shown, deadline=60, every=0.5, what="a picture in Kodi")

    async def stop(self, player):
        await self.ask("Player.Stop", playerid=player)


@contextlib.asynccontextmanager
async def kodi(addon, **settings):
    """A Kodi with one PVR add-on on and its settings; fails with the end of Kodi's log."""
    if not Path("/usr/share/kodi/addons", addon).is_dir():
        lacking(f"Kodi's {addon} is not installed")
    port = free_port()
    with ordinary_home() as home:
        _write(home / ".kodi" / "userdata" / "guisettings.xml", {
            "services.webserver": "true",
            "services.webserverport": port,
            "services.webserverauthentication": "false",
        })  # fmt: skip
        _write(home / ".kodi" / "userdata" / "addon_data" / addon / "settings.xml", settings)
        (home / ".asoundrc").write_text("pcm.!default { type null }\n")  # without a sink Kodi takes 10 s to stop
        give(home)
        own = {"HOME": str(home), "XDG_RUNTIME_DIR": str(home), "LIBGL_ALWAYS_SOFTWARE": "1"}
        environment = {**os.environ, **own}
        with contextlib.ExitStack() as stack:
            environment["DISPLAY"] = f":{await asyncio.to_thread(_screen, stack, environment)}"
            stack.enter_context(
                _group([client("kodi"), "--standalone", "--windowing=x11"], environment, home / "kodi.txt")
            )
            running = Kodi(home, port)
            try:
                await until(running.answers, deadline=90, every=0.3, what="Kodi's JSON-RPC")
                await running.ask("Addons.SetAddonEnabled", addonid=addon, enabled=True)
                yield running
            except AssertionError as error:
                error.add_note(f"{(home / 'kodi.txt').read_text(errors='replace')[-1000:]}\n{running.log[-4000:]}")
                raise


def _write(path, settings):
    path.parent.mkdir(parents=True)
    rows = "".join(f"<setting id={quoteattr(name)}>{value}</setting>" for name, value in settings.items())
    path.write_text(f'<settings version="2">{rows}</settings>')


def _screen(stack, environment):
    """Start Xvfb on a free display; its number."""
    readable, writable = os.pipe()
    stack.callback(os.close, readable)
    command = [client("Xvfb"), "-displayfd", str(writable), "-screen", "0", "640x360x24", "-nolisten", "tcp"]
    try:
        stack.enter_context(_group(command, environment, os.devnull, pass_fds=(writable,)))
    finally:
        os.close(writable)
    ready, _, _ = select.select([readable], [], [], 30)
    number = os.read(readable, 16).strip() if ready else b""
    assert number, "Xvfb tells no display"
    return int(number)


@contextlib.contextmanager
def _group(command, environment, log, **options):
    """A process and its children, all of them ended at the end."""
    with Path(log).open("wb") as out:
        process = subprocess.Popen(
            [*ordinary_user(), *command], env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            start_new_session=True, **options,
        )  # fmt: skip
    try:
        yield
    finally:
        for how in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, how)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5)
