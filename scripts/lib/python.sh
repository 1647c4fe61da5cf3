# Sourced by the scripts beside this folder: messages, Debian packages, and .venv with this project in it.
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

deck_assets=tunerr/deck/assets

# What an installation depends on: the project's declaration, the deck's libraries and the hook that fetches them, the
# place of the checkout, the Python.
venv_key() {
    printf '%s %s %s' "$(cat pyproject.toml $deck_assets/package-lock.json scripts/build_assets.py | cksum)" "$(pwd -P)" \
        "$(.venv/bin/python -V 2>&1)"
}

venv_has() { # key extras…
    local key=$1 extra
    shift
    for extra in base "$@"; do [ "$(cat ".venv/.tunerr-$extra" 2>/dev/null)" = "$key" ] || return 1; done
}

# A virtual environment belongs to its place and its Python: a copied or outlived one is made anew.
venv_usable() {
    [ -x .venv/bin/python ] && [ "$(cat .venv/.tunerr-place 2>/dev/null || pwd -P)" = "$(pwd -P)" ] &&
        good_python .venv/bin/python && .venv/bin/python -m pip --version >/dev/null 2>&1
}

create_venv() {
    local python
    if ! python=$(find_python); then
        need_packages "Tunerr needs Python 3.11 or newer" python3 python3-venv
        python=$(find_python) ||
            die "This system's Python is older than 3.11; Debian 12, Ubuntu 24.04 and later bring a newer one."
    fi
    "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 || need_packages "Python's venv module is missing" python3-venv
    say "Creating the virtual environment .venv"
    "$python" -m venv --clear .venv || die "The virtual environment could not be made (see above)."
    pwd -P >.venv/.tunerr-place
}

# The program finds the system's ffmpeg, else the one that this extra brings.
ffmpeg_extra() { have ffmpeg || echo ffmpeg; }

# make_venv EXTRAS…: .venv with the project and these extras. Does nothing when that is there already.
make_venv() {
    local key extra list
    key=$(venv_key)
    if venv_has "$key" "$@"; then return; fi
    venv_usable || create_venv
    list=$(IFS=,; printf '%s' "$*")
    say "Installing Tunerr${list:+ with $list} (one to two minutes the first time)"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -e ".${list:+[$list]}" ||
        die "pip could not install the dependencies (see above). A network connection is needed the first time."
    # pip keeps the warning of the build hook to itself.
    [ -e $deck_assets/vendor/.built-for ] || say "WARNING: npm's registry could not be reached, so the Control Deck works plainly:" \
        "no live values, charts or player. To try again: .venv/bin/python -m pip install -e ."
    key=$(venv_key)
    for extra in base "$@"; do printf '%s' "$key" >".venv/.tunerr-$extra"; done
}
