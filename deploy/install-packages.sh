#!/usr/bin/env bash
# Installs the Debian packages of one or more lists that the machine does not have yet. With nothing missing it
# touches neither the network nor the machine.
#
#   deploy/install-packages.sh LIST...      LIST is a file of deploy/packages without its folder and ending: build, test
set -euo pipefail

lists_folder="$(dirname "${BASH_SOURCE[0]}")/packages"

fail() {
  echo "install-packages: $*" >&2
  exit 1
}

# The names of a list: one a line, `#` starts a comment.
names_of() {
  local file="$lists_folder/$1.txt"
  [[ -f "$file" ]] || fail "no package list named '$1' (have: $(cd "$lists_folder" && echo *.txt | sed 's/\.txt//g'))"
  sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$file"
}

is_installed() {
  [[ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]
}

# apt-get as root. Another apt-get may be at work: it is waited for instead of failing.
apt_get() {
  local command=(env DEBIAN_FRONTEND=noninteractive apt-get --quiet=2 -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0)
  if [[ "$(id --user)" != 0 ]]; then
    command -v sudo >/dev/null || fail "to install ${missing[*]}, run as root or install sudo"
    command=(sudo "${command[@]}")
  fi
  "${command[@]}" "$@" </dev/null
}

[[ $# -gt 0 ]] || fail "usage: install-packages.sh LIST..."
command -v apt-get >/dev/null || fail "no apt-get here: on anything but Debian 12 install what $lists_folder names by hand"

wanted=()
for list in "$@"; do
  names="$(names_of "$list")"
  mapfile -t -O "${#wanted[@]}" wanted <<<"$names"
done

missing=()
for name in "${wanted[@]}"; do
  [[ -z "$name" ]] || is_installed "$name" || missing+=("$name")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

mapfile -t missing < <(printf '%s\n' "${missing[@]}" | sort --unique)
echo "install-packages: installing ${missing[*]}"
apt_get update
apt_get install --yes --no-install-recommends "${missing[@]}"
