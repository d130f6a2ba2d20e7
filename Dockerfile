# Two stages: the first builds, the last holds what runs. scripts/image/check.sh makes the same file system without
# Docker and tries it.
ARG DEBIAN=trixie

FROM node:24-${DEBIAN}-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build && sh scripts/image/assemble.sh /image

FROM debian:${DEBIAN}-slim
COPY scripts/image/packages.txt /tmp/
RUN apt-get update \
    && grep -v '^#' /tmp/packages.txt | xargs apt-get install -y --no-install-recommends \
    && rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/* /tmp/packages.txt
COPY --from=build /image/ /
# Programming rules needs uid 0 with CAP_NET_ADMIN, and no other privilege: see manifests/base/daemon-set.yaml.
USER 0
ENTRYPOINT ["/usr/local/bin/portolan"]
