#!/bin/sh
# container.sh ROOT CAPABILITIES MODE VARIANT: runs a file system's containers as the DaemonSet would, in the network,
# mount and PID namespaces that this is called in: the privileged one for kernel settings, then the one that programs.
# check.sh calls it; inside the file system it calls itself, with the container's name alone.
set -eu

main() {
  root=$1 capabilities=$2 mode=$3 variant=$4
  ip link set lo up
  mount_volumes
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin mode variant
  chroot "$root" sh /inputs/container.sh kernel-settings
  # A container that is not privileged sees the kernel settings and cannot write them.
  mount -o bind "$root/proc/sys" "$root/proc/sys"
  mount -o remount,bind,ro "$root/proc/sys"
  chroot "$root" setpriv --no-new-privs --inh-caps=-all --ambient-caps=-all \
    --bounding-set="-all$(printf ',%s' "$capabilities" | sed 's/,/,+/g')" sh /inputs/container.sh portolan
}

mount_volumes() {
  mount --bind "$root" "$root"
  mount -o remount,bind,ro "$root"
  mount -t proc proc "$root/proc"
  mount -t sysfs -o ro sysfs "$root/sys"
  for folder in tmp run dev; do mount -t tmpfs tmpfs "$root/$folder"; done
  mkdir "$root/run/portolan"
  for device in null zero random urandom; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
  done
}

kernel_settings() {
  portolan run --init-only --config="/inputs/$mode.conf" --hostname-override=harbour
  expect 'the time for established connections is set' \
    [ "$(cat /proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established)" -eq 86400 ]
  [ "$mode" = nftables ] ||
    expect 'route_localnet is set' [ "$(cat /proc/sys/net/ipv4/conf/all/route_localnet)" -eq 1 ]
  expect 'the values from before are kept for cleanup' grep -q tcp_timeout /run/portolan/settings-*.json
}

# By kube-proxy's name and with its arguments, so that the take-over by the image alone is tried too.
portolan_container() {
  expect 'nothing can be written to the image' [ ! -w /opt ]
  set -- --config="/inputs/$mode.conf" --hostname-override=harbour --source=/inputs/objects
  if [ "$mode" = iptables ]; then set -- "$@" --iptables-variant="$variant"; fi
  /usr/local/bin/kube-proxy "$@" --once 2>/tmp/log || { cat /tmp/log >&2 && exit 1; }
  cat /tmp/log >&2
  expect 'nothing is warned of' absent WARN /tmp/log
  if [ "$mode" = nftables ]; then
    nft list table ip portolan >/tmp/rules
  else
    "iptables-$variant-save" >/tmp/rules
  fi
  expect 'the endpoint is in the rules' grep -q '10\.244\.1\.11' /tmp/rules
  expect 'the rules are as wanted' portolan diff "$@"
  expect 'packets are explained' portolan explain --config="/inputs/$mode.conf" --hostname-override=harbour \
    --source=/inputs/objects --live --from 203.0.113.9 --to shop/web:http
  expect 'connections can be looked at' conntrack -L
  expect 'addresses can be looked at' ip -json address
}

# expect TITLE COMMAND...
expect() {
  title=$1
  shift
  if ! "$@"; then
    echo "not so: $title" >&2
    exit 1
  fi
}

absent() { ! grep "$@"; }

case $1 in
  kernel-settings) kernel_settings ;;
  portolan) portolan_container ;;
  *) main "$@" ;;
esac
