# Any Debian or Ubuntu with Python 3.11 or newer serves as the base.
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY scripts/build_assets.py ./scripts/
COPY tunerr ./tunerr
RUN python3 -m venv /opt/tunerr \
    && /opt/tunerr/bin/pip install --no-cache-dir --disable-pip-version-check .

FROM ${BASE}
LABEL org.opencontainers.image.title="IPTV Tunerr" \
    org.opencontainers.image.description="Turns messy IPTV providers into a dependable HDHomeRun tuner." \
    org.opencontainers.image.licenses="MIT"
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates ffmpeg python3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin tunerr \
    && install -d -o tunerr -g tunerr -m 700 /data
COPY --from=build /opt/tunerr /opt/tunerr
ENV PATH=/opt/tunerr/bin:$PATH \
    IPTV_TUNERR_DATA_DIR=/data \
    PYTHONUNBUFFERED=1
# The number, so that an orchestrator sees without looking inside that this isn't root.
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 5004 48879 65001/udp 65001/tcp
# Asks where IPTV_TUNERR_ADDR says that the tuner is. No host, 0.0.0.0 and [::] all reach this machine.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python3", "-c", "import http.client, os, sys; \
host, _, port = (os.environ.get('IPTV_TUNERR_ADDR') or ':5004').strip().rpartition(':'); \
asked = http.client.HTTPConnection(host.strip('[]') or '127.0.0.1', int(port), timeout=4); \
asked.request('GET', '/healthz'); sys.exit(asked.getresponse().status != 200)"]
CMD ["iptv-tunerr", "run"]
