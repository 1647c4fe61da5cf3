"""The one functional path of the quick tier: clone, run, a picture, a guide, a clean end."""

import json
import re

from tests.tools.clients import client, play, probe, run
from tests.tools.until import until


async def test_a_newcomer_gets_a_picture_and_a_guide(boot, tmp_path):
    server = await boot()
    discover = await server.json("/discover.json")
    assert discover["BaseURL"] == server.base
    lineup = await server.json("/lineup.json")
    assert len(lineup) == 6
    assert await probe(lineup[0]["URL"]) == {"video": "h264", "audio": "aac"}
    assert await play(lineup[0]["URL"], 3) == []

    async def made():
        return (await server.get("/guide.xml")).status == 200

    await until(made, what="the guide")  # the lineup is served before the guide is rendered
    guide = await server.get("/guide.xml")
    path = tmp_path / "guide.xml"
    path.write_bytes(guide.data)
    checked = await run(client("xmllint"), "--noout", "--dtdvalid", "/usr/share/xmltv/xmltv.dtd", path)
    assert checked.status == 0, checked.err
    assert len(re.findall(rb"<channel ", guide.data)) == 6

    assert json.loads((await server.get("/healthz")).data)["status"] == "ok"
    assert server.stop() == 0, server.log
