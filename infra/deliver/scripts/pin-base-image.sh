#!/usr/bin/env bash
# Looks up the digest of the base image's tag on Docker Hub and writes it after the tag in cloudbuild.yaml and the
# Dockerfile. Run it before the first build for production, and to update the base image.
#
#   infra/deliver/scripts/pin-base-image.sh [node:24.21.0-slim]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

current=$(sed -n 's/^ARG NODE_IMAGE=//p' infra/deliver/build/Dockerfile)
image=${1:-${current%@*}}
if ! [[ $image =~ ^node:[0-9][0-9a-z.-]*$ ]]; then
  echo "pin-base-image: '$image' is not a tag of the node image" >&2
  exit 2
fi

registry=https://registry-1.docker.io/v2/library/node/manifests/${image#node:}
token=$(curl -fsS 'https://auth.docker.io/token?service=registry.docker.io&scope=repository:library/node:pull' |
  sed -n 's/.*"token":"\([^"]*\)".*/\1/p')
digest=$(curl -fsSI "$registry" -H "Authorization: Bearer $token" \
  -H 'Accept: application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json' |
  tr -d '\r' | sed -n 's/^docker-content-digest: *//Ip')
if ! [[ $digest =~ ^sha256:[0-9a-f]{64}$ ]]; then
  echo "pin-base-image: Docker Hub returned no digest for $image" >&2
  exit 1
fi

# Not sed -i, whose argument differs between systems.
pin() {
  local file=$1 pattern=$2 pinned
  pinned=$(sed "s|$pattern|\1$image@$digest|" "$file")
  printf '%s\n' "$pinned" >"$file"
}
pin infra/deliver/build/Dockerfile '^\(ARG NODE_IMAGE=\).*'
pin cloudbuild.yaml '^\(  _NODE_IMAGE: \).*'
echo "$image@$digest"
