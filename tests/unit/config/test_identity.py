import pytest

from tunerr.config import identity


def test_device_id_with_0x_and_the_nearest_for_a_wrong_one():
    good = identity.device_id("10512343")
    assert identity.device_id("0x10512343") == good
    with pytest.raises(ValueError, match="nearest valid device id is 12345674"):
        identity.device_id("12345678")


def test_tuner_counts():
    assert identity.tuner_count("auto") is None
    assert identity.tuner_count("-1") is None
    assert identity.tuner_count("255") == 255
    for bad in ("0", "256", "two", "-2"):
        with pytest.raises(ValueError, match="1 to 255 or auto"):
            identity.tuner_count(bad)


def test_480_channels_are_refused_with_the_reason():
    assert identity.max_channels("0") == 479
    assert identity.max_channels("479") == 479
    for bad in ("480", "-1", "many"):
        with pytest.raises(ValueError, match="Plex fails with 480"):
            identity.max_channels(bad)


def test_transcoding_models_are_refused():
    assert identity.model_number("HDHR4-2US") == "HDHR4-2US"
    with pytest.raises(ValueError, match="transcod"):
        identity.model_number("hdtc-2us")


def test_firmware_and_auth():
    assert identity.firmware_version("20240101") == "20240101"
    assert identity.device_auth("x" * 24) == "x" * 24
    with pytest.raises(ValueError, match="YYYYMMDD"):
        identity.firmware_version("1.0")
    with pytest.raises(ValueError) as caught:
        identity.device_auth("my-secret-token-of-25-char")
    assert "my-secret" not in str(caught.value)
