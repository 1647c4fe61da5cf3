"""`lab guide`: a guide of any size on loopback that fails on command."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from tunerr.errors import ConfigError

if TYPE_CHECKING:
    from tunerr.lab.guides import Shape

_NAME = "lab"
_HOUR = 3600
_DAY = 24 * _HOUR


def guide(
    fault: Annotated[str, Parameter(help="What ails the guide; the table that is printed explains each.")] = "",
    /,
    *,
    port: Annotated[int, Parameter(help="Port on loopback; 0 takes a free one.")] = 8897,
    channels: Annotated[int, Parameter(help="Channels of the guide.")] = 50,
    programmes: Annotated[int, Parameter(help="Programmes of the guide.")] = 5_000,
    ids: Annotated[str, Parameter(help="XMLTV ids of its first channels, parted by commas.")] = "",
) -> None:
    """Serve a guide from yesterday on whose faults are armed at run time. Ends on SIGTERM or SIGINT."""
    from tunerr.lab.guides import Shape  # noqa: PLC0415 - aiohttp: the other commands start without

    wanted = tuple(filter(None, (name.strip() for name in ids.split(","))))
    yesterday = int(time.time()) // _HOUR * _HOUR - _DAY
    try:
        shape = Shape(yesterday, channels, programmes, ids=wanted)
    except ValueError as error:
        raise ConfigError([str(error)]) from error
    asyncio.run(_serve(shape, fault, port))


async def _serve(shape: Shape, fault: str, port: int) -> None:
    from tunerr.app.signals import stop_on_signals  # noqa: PLC0415 - as above
    from tunerr.lab.guides import GUIDE_FAULTS, GuideProvider  # noqa: PLC0415 - as above

    stopping = stop_on_signals()
    async with GuideProvider(port=port) as running:
        running.publish(_NAME, shape)
        if fault:
            running.ail(_NAME, fault)
        width = max(map(len, GUIDE_FAULTS))
        for name, meaning in GUIDE_FAULTS.items():
            print(f"{'*' if name == fault else ' '} {name:<{width}}  {meaning}")
        base = running.base_url
        print(f"\nGuide:    {running.url(_NAME)}, also .gz, .xz, .zip and ?from=UNIX&to=UNIX")
        print(f"Facts:    {base}/lab/state.json")
        print(f"Arm one:  curl -X PUT {base}/lab/guides/{_NAME}/silent")
        print(f"Disarm:   curl -X DELETE {base}/lab/guides/{_NAME}", flush=True)
        await stopping.wait()
