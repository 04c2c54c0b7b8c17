# docker build -t lossdoc . && docker run --rm --network none -v "$PWD:/logs:ro" lossdoc check run.log
FROM python:3.12-slim AS build
COPY . /src
RUN python -m pip wheel --no-cache-dir --wheel-dir /wheels /src

FROM python:3.12-slim
COPY --from=build /wheels /wheels
RUN python -m pip install --no-cache-dir --no-index --find-links /wheels lossdoc && rm -rf /wheels \
    && useradd --create-home lossdoc
USER lossdoc
WORKDIR /logs
ENTRYPOINT ["lossdoc"]
CMD ["--help"]
