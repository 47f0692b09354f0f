# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# containerd with root, state, socket and configuration of its own, under the folder $1.

set_up_containerd() {
  containerd_home=$1
  mkdir -p "$containerd_home"
  cat > "$containerd_home/config.toml" << END
version = 2
root = "$containerd_home/root"
state = "$containerd_home/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.overlayfs", "io.containerd.snapshotter.v1.zfs"]
[grpc]
address = "$containerd_home/socket"
END
  containerd --config "$containerd_home/config.toml" > "$containerd_home/log" 2>&1 &
  containerd_process=$!
  until_true ctr version || return 1
  # An image is a tar with a manifest: podman's layout, made by hand.
  mkdir "$containerd_home/image"
  cp "$stage/image.tar" "$containerd_home/image/layer.tar"
  local sum
  sum=$(sha256sum < "$stage/image.tar" | cut -d ' ' -f 1)
  echo '{"architecture":"amd64","os":"linux","config":{"Env":["PATH=/bin"],"Cmd":["sh"]},
    "rootfs":{"type":"layers","diff_ids":["sha256:'"$sum"'"]}}' > "$containerd_home/image/config.json"
  echo '[{"Config":"config.json","RepoTags":["docker.io/library/test:latest"],"Layers":["layer.tar"]}]' \
    > "$containerd_home/image/manifest.json"
  tar --create --directory="$containerd_home/image" --file="$containerd_home/image.tar" .
  ctr image import --snapshotter native "$containerd_home/image.tar" > /dev/null
}

ctr() { timeout --kill-after=5 60 "$(type -P ctr)" --address "$containerd_home/socket" "$@"; }

image=docker.io/library/test:latest

# run [OPTION...] -- COMMAND...: a container with the case's name.
run() {
  local options=()
  while [[ $1 != -- ]]; do
    options+=("$1")
    shift
  done
  shift
  ctr run --rm --snapshotter native --runc-binary "$runtime" --runc-root "$stage/containerd-runtime" \
    "${options[@]}" "$image" "$case_name" "$@"
}

# start [OPTION...] -- COMMAND...: the same in the background.
start() {
  local options=()
  while [[ $1 != -- ]]; do
    options+=("$1")
    shift
  done
  shift
  ctr run --detach --snapshotter native --runc-binary "$runtime" --runc-root "$stage/containerd-runtime" \
    "${options[@]}" "$image" "$case_name" "$@"
}

remove() {
  ctr task delete --force "$case_name" > /dev/null 2>&1
  ctr container delete "$case_name" > /dev/null 2>&1
}
