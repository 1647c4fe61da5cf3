# Sourced by run and verify: a virtual environment in .venv with this project in it.
# shellcheck shell=bash

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

can_apt() { [ "$(id -u)" = 0 ] && have apt-get; }

apt_updated=
apt_install() { # packages…
    if [ -z "$apt_updated" ]; then apt-get update -qq >&2 && apt_updated=1; fi
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

# Packages that a step can't do without: installed as root, named with the one command otherwise.
need_packages() { # reason packages…
    local reason=$1
    shift
    if can_apt; then
        say "$reason: installing $*"
        apt_install "$@" || die "apt-get could not install $*"
    elif have apt-get; then
        die "$reason. Install what is missing with:  sudo apt-get install $*"
    else
        die "$reason. Install the packages that your system calls $* (Debian's names)."
    fi
}

good_python() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    local candidate
    for candidate in python3 /usr/bin/python3 python3.14 python3.13 python3.12 python3.11; do
        if have "$candidate" && good_python "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

# make_venv EXTRAS: creates .venv and installs the project with the extras ("" or "dev" or "dev,ffmpeg").
# Nothing is done when pyproject.toml and the extras are those of the last time.
make_venv() {
    local extras=$1 python stamp wanted
    stamp=.venv/.tunerr-installed
    if ! python=$(find_python); then
        need_packages "Tunerr needs Python 3.11 or newer" python3 python3-venv
        python=$(find_python) || die "This system's Python is older than 3.11; Debian 12, Ubuntu 24.04 and later bring a newer one."
    fi
    wanted="$(cksum <pyproject.toml) [$extras] $("$python" -V 2>&1)"
    if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then return; fi
    if [ ! -x .venv/bin/python ] || ! good_python .venv/bin/python || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
        "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 || need_packages "Python's venv module is missing" python3-venv
        say "Creating the virtual environment .venv"
        "$python" -m venv --clear .venv || die "The virtual environment could not be made (see above)."
    fi
    say "Installing Tunerr${extras:+ with $extras} (a minute the first time)"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -e ".${extras:+[$extras]}" ||
        die "pip could not install the dependencies (see above). A network connection is needed the first time."
    printf '%s' "$wanted" >"$stamp"
}
