# syntax=docker/dockerfile:1
# The wheels are chosen by the lock and checked by their hashes; nothing is compiled and nothing else is fetched.

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
RUN python -m venv /venv
COPY requirements.lock ./
RUN /venv/bin/pip install -q --only-binary :all: --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY connectors ./connectors
COPY distributor ./distributor
COPY schedules ./schedules
# Editable: the program finds alembic/ and config/ beside its own source, here as in a checkout.
RUN /venv/bin/pip install -q --no-deps --no-build-isolation -e .

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DISTRIBUTOR_DATA_DIR=/data \
    DISTRIBUTOR_CONFIG_DIR=/app/config \
    DISTRIBUTOR_PUBLIC_BIND=0.0.0.0:8100 \
    DISTRIBUTOR_DESK_BIND=0.0.0.0:8101 \
    DISTRIBUTOR_LOG_FORMAT=json
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /data distributor \
    && install -d -o distributor -g distributor -m 0750 /data
COPY --from=build /venv /venv
COPY --from=build /app /app
COPY alembic /app/alembic
COPY config /app/config
WORKDIR /app
USER distributor
VOLUME /data
EXPOSE 8100 8101
# Healthy means "can publish": key, disk, schema, a living daemon, nothing late.
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD \
    ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8100/health', timeout=8)"]
STOPSIGNAL SIGTERM
CMD ["distributor", "up"]
