from tunerr.app.identity import device_identities, tuner_count
from tunerr.config.hdhr import HdhrSettings
from tunerr.model.device_id import DeviceId
from tunerr.storage.connection import open_server
from tunerr.storage.facts import Facts

OWN = DeviceId.parse("1050ABCE")


async def identities(facts, devices, hdhr=None, count=2):
    return await device_identities(hdhr or HdhrSettings(), facts, tuners=count, devices=devices)


async def test_the_count_of_tuners_is_asked_for_once_and_settled(tmp_path):
    state = await open_server(tmp_path / "state.db", kind="state")
    facts, asked = Facts(state), []

    async def answers(count):
        asked.append(count)
        return count

    assert await tuner_count(None, facts, lambda: answers(None)) == 2  # nobody knows: not settled
    assert await tuner_count(None, facts, lambda: answers(300)) == 255
    assert await tuner_count(None, facts, lambda: answers(5)) == 255
    assert await tuner_count(7, facts, lambda: answers(5)) == 7
    assert asked == [None, 300]
    await state.close()


async def test_devices_are_settled_once_and_share_the_tuners(tmp_path):
    state = await open_server(tmp_path / "state.db", kind="state")
    facts = Facts(state)
    (alone,) = await identities(facts, 1)
    three = await identities(facts, 3)
    assert three[0] == alone
    assert len({device.device_id for device in three}) == 3
    assert [device.friendly_name for device in three] == ["IPTV Tunerr", "IPTV Tunerr 2", "IPTV Tunerr 3"]
    assert [device.path for device in three] == ["", "/device/2", "/device/3"]
    assert {device.tuner_count for device in three} == {2}
    assert await identities(facts, 2) == three[:2]
    named = await identities(facts, 2, HdhrSettings(device_id=OWN, friendly_name="Attic"), count=5)
    assert [device.device_id for device in named] == [OWN, three[1].device_id]
    assert [(device.friendly_name, device.tuner_count) for device in named] == [("Attic", 5), ("Attic 2", 5)]
    await state.close()
