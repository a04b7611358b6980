# SPDX-License-Identifier: MIT
# The relay node alone. For a release, pin both images by digest.

FROM docker.io/library/debian:bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
      gcc libc6-dev cmake ninja-build pkg-config libsodium-dev libcjson-dev \
      libsamplerate0-dev libwebsockets-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY CMakeLists.txt CMakePresets.json ./
COPY core core
COPY node node
RUN cmake --workflow --preset node \
    && cmake --install build/node --strip --prefix /out

FROM docker.io/library/debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends \
      libsodium23 libcjson1 libwebsockets17 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/bin/jamnet-node /usr/local/bin/jamnet-node
USER 10001:10001
EXPOSE 4460/udp 8080/tcp 9091/tcp
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/jamnet-node"]
