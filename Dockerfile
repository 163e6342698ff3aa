ARG PYTHON=python:3.12-slim-bookworm

FROM ${PYTHON} AS build
WORKDIR /src
COPY requirements.lock ./
RUN python -m venv /opt/panelgram \
    && /opt/panelgram/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY locales locales
COPY storage storage
COPY bot bot
RUN /opt/panelgram/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM ${PYTHON}
LABEL org.opencontainers.image.title="Panelgram" \
      org.opencontainers.image.description="A Telegram chat front-end for social-media panels that speak the API v2" \
      org.opencontainers.image.licenses="MIT"
RUN install -d -o 10001 -g 10001 -m 0700 /data
COPY --from=build /opt/panelgram /opt/panelgram
ENV PATH=/opt/panelgram/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATABASE_URL=sqlite:////data/panelgram.db
USER 10001:10001
WORKDIR /data
VOLUME /data
# The program handles the signal itself, so it needs no init in front of it.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=15s --start-period=60s CMD ["panelgram", "healthy"]
ENTRYPOINT ["panelgram"]
CMD ["run"]
