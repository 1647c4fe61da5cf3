"""The guide and the figures as real checkers see them."""

import re

import pytest
from lxml import etree

from tests.tools.clients import client, run
from tests.tools.until import until

XMLTV = "/usr/share/xmltv"


async def guide_of(server):
    """The guide once it is made, as bytes."""

    async def made():
        answer = await server.get("/guide.xml")
        return answer.data if answer.status == 200 else None

    return await until(made, what="the guide")


@pytest.mark.client
async def test_X01_the_guide_is_valid_and_leads_every_client_to_the_number(demo, tmp_path):
    path = tmp_path / "guide.xml"
    path.write_bytes(await guide_of(demo))
    checked = await run(client("xmllint"), "--noout", "--dtdvalid", f"{XMLTV}/xmltv.dtd", path)
    assert checked.status == 0, checked.err
    checked = await run(client("tv_validate_file"), path, env={"XMLTV_SUPPLEMENT": XMLTV})
    assert checked.status == 0, checked.out + checked.err

    channels = etree.parse(path).findall("channel")
    lineup = await demo.json("/lineup.json")
    assert len(channels) == len(lineup)
    for element, row in zip(channels, lineup, strict=True):
        assert re.fullmatch(r"\d+(\.\d+)?", element.get("id")) is None
        names = [name.text for name in element.findall("display-name")]
        assert names[0] == f"{row['GuideNumber']} {row['GuideName']}"
        assert [name for name in names if re.fullmatch(r"[\d.]+", name)] == [row["GuideNumber"]]


@pytest.mark.client
async def test_promtool_accepts_the_metrics(demo):
    answer = await demo.get("/metrics")
    checked = await run(client("promtool"), "check", "metrics", stdin=answer.data)
    assert checked.status == 0, checked.out + checked.err
    assert b"iptv_tunerr_channels 6.0" in answer.data
