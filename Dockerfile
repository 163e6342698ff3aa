FROM python:3.12-slim AS build
WORKDIR /src
COPY requirements.lock ./
RUN python -m venv /opt/panelgram \
    && /opt/panelgram/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY locales locales
COPY storage storage
COPY bot bot
RUN /opt/panelgram/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.12-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin panelgram \
    && install -d -o panelgram -g panelgram /data
COPY --from=build /opt/panelgram /opt/panelgram
ENV PATH=/opt/panelgram/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATABASE_URL=sqlite:////data/panelgram.db
USER panelgram
WORKDIR /data
VOLUME /data
# The lock files must be let go before the next container takes the volume: end in order.
STOPSIGNAL SIGTERM
ENTRYPOINT ["panelgram"]
CMD ["run"]
