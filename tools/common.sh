# shellcheck shell=bash
# What the scripts in this folder share: where the project is, how to say things, how to run a long step, and how to get packages.
# Sourced, after `set -euo pipefail`.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
logs=$root/build/logs
mkdir -p "$logs"
export NINJA_STATUS='[%f/%t] '

say() { printf 'cowrite: %s\n' "$*"; }
fail() {
  printf 'cowrite: %s\n' "$*" >&2
  exit 1
}

# step TITLE COMMAND...: runs a command whose output is worth reading only when it fails. It goes to build/logs/; the title and the
# last line appear when the command takes longer than two seconds: rewritten in place on a terminal, every 15 seconds elsewhere.
step() {
  local title=$1 log began=$SECONDS
  shift
  log=$logs/$(tr -cs 'A-Za-z0-9\n' '-' <<<"$title").log
  if "$@" </dev/null 2>&1 | tee "$log" | progress "$title"; then
    [ $((SECONDS - began)) -lt 2 ] || say "$title: done in $((SECONDS - began)) s"
    return
  fi
  printf '\n' >&2
  awk '{ line[NR] = $0 }
    END { for (i = 1; i <= NR; ++i) if (i <= 20 || i > NR - 40) print line[i]; else if (i == 21) print "..." }' "$log" >&2
  fail "$title: failed; the whole output is in $log"
}

progress() {
  local title=$1 began=$SECONDS spoke=-1 line last='' status every=15
  [ ! -t 1 ] || every=1
  while true; do
    status=0
    IFS= read -r -t 1 line || status=$?
    [ "$status" -le 128 ] && [ "$status" -ne 0 ] && break
    line=${line%$'\r'}
    [ -z "$line" ] || last=${line##*$'\r'}
    [ $((SECONDS - began)) -ge 2 ] || continue
    if [ "$spoke" -lt 0 ]; then
      say "$title ..."
    elif [ $((SECONDS - spoke)) -lt "$every" ]; then
      continue
    elif [ -t 1 ]; then
      printf '\r\033[K%5d s  %s' $((SECONDS - began)) "${last:0:$((${COLUMNS:-80} - 12))}"
    else
      printf '%5d s  %s\n' $((SECONDS - began)) "$last"
    fi
    spoke=$SECONDS
  done
  [ ! -t 1 ] || printf '\r\033[K'
}

# packages_in SECTION...: the names listed in those sections of packages.txt.
packages_in() {
  awk -v sections=" $* " '
    /^\[/ { wanted = index(sections, " " substr($1, 2, length($1) - 2) " ") }
    /^[a-z]/ && wanted { print $1 }' "$root/tools/packages.txt"
}

is_installed() {
  command -v "${1%-build}" >/dev/null && return # ninja-build is the command ninja
  if command -v dpkg-query >/dev/null; then
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
  else
    [[ $1 == *-dev || $1 == ca-certificates ]] # not Debian: CMake says which library it misses
  fi
}

# Asks for the password where there is a terminal to ask on.
may_sudo() {
  command -v sudo >/dev/null || return
  sudo -n true 2>/dev/null && return
  [ -t 0 ] && say "Debian packages are missing; sudo may ask for your password" && sudo true
}

# need SECTION...: installs what is missing of those sections.
need() {
  local package missing=() as_root=()
  for package in $(packages_in "$@"); do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null ||
    fail "this is not Debian, so please install by your own means what Debian calls: ${missing[*]}"
  if [ "$(id -u)" -ne 0 ]; then
    as_root=(sudo)
    may_sudo || fail "packages are missing and there are no rights to install them. As root, run:
  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
  fi
  say "missing Debian packages, which are installed now: ${missing[*]}"
  step "apt-get update" "${as_root[@]}" apt-get update
  step "apt-get install" "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --no-install-recommends "${missing[@]}"
}

# npm_packages FOLDER: node_modules as the folder's lock file says.
npm_packages() {
  local folder=$root/$1 stamp
  stamp="$(sha256sum <"$folder/package-lock.json") $(node --version)"
  [ "$(cat "$folder/node_modules/.installed" 2>/dev/null)" = "$stamp" ] && return
  step "npm packages of $1" npm --prefix "$folder" ci --no-audit --no-fund
  printf '%s' "$stamp" >"$folder/node_modules/.installed"
}

# How many compilers fit: one per core, and 1.5 GB of memory for each.
compilers() {
  local cores memory
  cores=$(nproc)
  memory=$(($(awk '/^MemAvailable/ { print $2 }' /proc/meminfo) / 1500000))
  [ "$memory" -lt "$cores" ] && cores=$memory
  [ "$cores" -gt 0 ] || cores=1
  echo "$cores"
}
