# Any Debian or Ubuntu with Python 3.11 or newer serves as the base.
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY tunerr ./tunerr
RUN python3 -m venv /opt/tunerr \
    && /opt/tunerr/bin/pip install --no-cache-dir --disable-pip-version-check .

FROM ${BASE}
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates ffmpeg python3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --home-dir /data --uid 10001 tunerr
COPY --from=build /opt/tunerr /opt/tunerr
ENV PATH=/opt/tunerr/bin:$PATH \
    IPTV_TUNERR_DATA_DIR=/data \
    PYTHONUNBUFFERED=1
USER tunerr
WORKDIR /data
VOLUME /data
EXPOSE 5004 48879 65001/udp 65001/tcp
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python3", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:5004/healthz', timeout=4)"]
CMD ["iptv-tunerr", "run"]
