"""A pretended HDHomeRun device: what it answers, and what it was asked."""

from aiohttp import web


class Device:
    """Answers as the vendor's devices do; a test may change `discover`, `lineup` and `guide`."""

    def __init__(self, tuners=4):
        self.asked = []
        self.discover = {
            "FriendlyName": "HDHomeRun CONNECT",
            "ModelNumber": "HDHR4-2US",
            "FirmwareName": "hdhomerun4_atsc",
            "FirmwareVersion": "20230713",
            "DeviceID": "1050AAAA",
            "DeviceAuth": "hunter2hunter2",
            "TunerCount": tuners,
        }
        self.lineup = [
            {"GuideNumber": "5.1", "GuideName": "WABC-HD", "VideoCodec": "MPEG2", "AudioCodec": "AC3", "HD": 1},
            {"GuideNumber": "7", "GuideName": "Jazz FM", "AudioCodec": "AAC"},
            {"GuideNumber": "105.1", "GuideName": "WLOCK", "DRM": 1, "VideoCodec": "HEVC"},
        ]
        self.guide = b""

    async def answer(self, request):
        self.asked.append(request.path)
        if request.path == "/discover.json":
            return web.json_response(self.discover)
        if request.path == "/lineup.json":
            base = f"http://{request.host}"
            rows = [{"URL": f"{base}/auto/v{row['GuideNumber']}"} | row for row in self.lineup]
            return web.json_response(rows)
        if request.path == "/guide.xml" and self.guide:
            return web.Response(body=self.guide)
        return web.Response(status=404)
