#!/usr/bin/env bash
# Made by `grader export gradescope`. Runs once, as root, when Gradescope builds the image: the only
# step that needs the network. AUTOGRADER_ROOT and AUTOGRADER_VENV are for trying it out elsewhere.
set -euo pipefail
umask 022

root=${AUTOGRADER_ROOT:-/autograder}
venv=${AUTOGRADER_VENV:-/opt/grader}
source=$root/source

# from here on nobody but root reads the question and its reference
chmod -R u+rwX,go-rwx "$source"

is_usable() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
find_python() {
  local name
  for name in python3.13 python3.12 python3.11 python3; do
    if is_usable "$name"; then
      command -v "$name"
      return 0
    fi
  done
  return 1
}

if ! python=$(find_python); then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q
  # python3 itself stays what it is: Gradescope's own programs use it
  apt-get install -y -q python3.12 python3.12-venv ||
    apt-get install -y -q python3.11 python3.11-venv ||
    apt-get install -y -q python3 python3-venv
  python=$(find_python) || { echo "setup.sh: Python 3.11 or newer is needed" >&2; exit 1; }
fi

"$python" -m venv "$venv"
# the versions that the question was exported with, so that grades are those of that machine
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
  --constraint "$source/constraints.txt" "$source"/grader-*.whl
# a submission runs as a user without rights, who must be able to load Python and NumPy
chmod -R go+rX "$venv"

# the inputs are drawn now, not at the first submission
GRADER_CACHE=$source/cache "$venv/bin/python" -I -m grader handout @QUESTION@ \
  --course "$source/course" --output "$(mktemp -d)/handout"
chmod -R u+rwX,go-rwx "$source"
echo "setup.sh: ready to grade @QUESTION@"
