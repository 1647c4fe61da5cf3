"""Programs that check what others write: guides and figures."""

import pytest

from tests.tools.clients import client, run, version

XMLTV = "/usr/share/xmltv"


@pytest.fixture
async def guide(house, tmp_path):
    """The guide as a file."""
    path = tmp_path / "guide.xml"
    path.write_bytes((await house.get("/guide.xml")).data)
    return path


@pytest.mark.client("xmllint", "checks guide.xml against XMLTV's DTD")
async def test_X01_xmllint_finds_the_guide_valid(guide, saw):
    xmllint = client("xmllint")
    checked = await run(xmllint, "--noout", "--dtdvalid", f"{XMLTV}/xmltv.dtd", guide)
    assert checked.status == 0, checked.err
    saw(await version(xmllint, "--version"), f"valid, {guide.stat().st_size:,} bytes")


@pytest.mark.client("tv_validate_file", "checks guide.xml by XMLTV's own rules")
async def test_X01_tv_validate_file_finds_the_guide_valid(guide, saw):
    validate = client("tv_validate_file")
    checked = await run(validate, guide, env={"XMLTV_SUPPLEMENT": XMLTV})
    assert checked.status == 0, checked.out + checked.err
    saw(await version(validate, "--version"), "valid")


@pytest.mark.client("promtool", "checks the metrics")
async def test_promtool_finds_the_metrics_clean(house, saw):
    promtool = client("promtool")
    metrics = (await house.get("/metrics")).data
    checked = await run(promtool, "check", "metrics", stdin=metrics)
    assert checked.status == 0, checked.out + checked.err
    saw(await version(promtool, "--version"), f"no remark on {metrics.count(b'# TYPE'):,} families")
