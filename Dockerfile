# The whole app in one image: pages, API, models, the batch worker and the `vision` CLI.
#   docker build -t vision-object-classifier .
#   docker run --rm -p 3000:3000 --read-only --tmpfs /tmp --tmpfs /app/data:uid=1000 vision-object-classifier
# A batch worker uses the same image with the command `node dist/worker.js`.

FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
# The commit, which becomes part of the version at /health/status.
ARG REVISION=""
# The path that the app is served under, such as /vision. The pages are built for it.
ARG BASE_PATH=""
RUN node scripts/build/build.mjs \
 && node scripts/build/image-files.mjs /out

# Node without debug symbols, which saves 18 MB.
FROM node:24-bookworm-slim AS node
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends binutils \
 && strip --strip-unneeded /usr/local/bin/node \
 && rm -rf /var/lib/apt/lists/*

# Debian with an allocator that returns memory to the system.
FROM debian:bookworm-slim AS base
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends libjemalloc2 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/log/* \
 && ln -s "$(find /usr/lib -name libjemalloc.so.2)" /usr/lib/libjemalloc.so.2 \
 && useradd --uid 1000 --user-group --no-create-home --home-dir /tmp --shell /usr/sbin/nologin vision \
 && install -d -o 1000 -g 1000 /app/data

# The list of contents: Debian packages, Node, npm packages, models.
FROM build AS contents
COPY --from=base /var/lib/dpkg/status /tmp/dpkg-status
RUN node scripts/build/sbom.mjs /out /tmp/dpkg-status

FROM base
ARG REVISION=""
LABEL org.opencontainers.image.title="Vision Object Classifier" \
      org.opencontainers.image.description="Classifies photos: a page, an API and the models, with ONNX inference on the server" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="docker.io/library/debian:bookworm-slim"
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=contents /out /app
WORKDIR /app
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=3000 \
    DATA_DIR=/app/data \
    HOME=/tmp \
    LD_PRELOAD=/usr/lib/libjemalloc.so.2
USER 1000:1000
# The only writable folders; everything else can be read-only.
VOLUME ["/tmp", "/app/data"]
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--initial-old-space-size=256", "dist/server.js"]
