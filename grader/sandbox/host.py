"""What the kernel and this host offer, one by one, and how to get what is missing."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from grader.core.call import Isolation

_UBUNTU = (
    "Ubuntu 23.10 or newer",
    "`sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`, or an AppArmor profile for bwrap "
    "that grants userns",
)
_DEBIAN = ("Debian, older", "`sysctl -w kernel.unprivileged_userns_clone=1`")
_SYSCTL = ("Linux with a limit", "`sysctl -w user.max_user_namespaces=10000`")
_DOCKER = (
    "Docker, Podman",
    "--security-opt seccomp=unconfined --security-opt apparmor=unconfined, or profiles that allow "
    "clone, unshare, mount, umount2 and pivot_root",
)
_KUBERNETES = (
    "Kubernetes",
    "securityContext with seccompProfile and appArmorProfile of type Unconfined; the restricted "
    "and baseline policies forbid it: stay at L1",
)
_WSL = ("WSL2", "`wsl --update`, then as on the Linux inside; WSL1 cannot")
_MACOS = ("macOS, Windows", "a Linux virtual machine or WSL2; there is only the self-check else")
_NAMESPACES = (_UBUNTU, _DEBIAN, _SYSCTL, _DOCKER, _KUBERNETES, _WSL, _MACOS)

_HOW: dict[str, tuple[tuple[str, str], ...]] = {
    "Linux": (("", "grade officially on Linux 5.13 or newer"), _WSL, _MACOS),
    "Landlock": (
        ("", "Linux 5.13 or newer with landlock in the lsm= list of the boot command line"),
        (
            "Docker, Kubernetes",
            "the kernel is the node's; the runtime must allow the landlock_* calls (Docker 20.10.10"
            " or newer does)",
        ),
        ("WSL2", "`wsl --update`: kernel 6.6 or newer"),
        ("L3 instead", "--require-isolation L3 needs no Landlock"),
    ),
    "seccomp filter": (
        ("", "a kernel with CONFIG_SECCOMP_FILTER, on x86-64 or 64-bit ARM"),
        ("gVisor, WSL1", "have none: use a virtual machine"),
    ),
    "pidfd": (("", "Linux 5.3 or newer"),),
    "bubblewrap": (
        ("", "install bubblewrap 0.5 or newer: `apt-get install bubblewrap`, `dnf install …`"),
        _MACOS,
    ),
    "namespaces": _NAMESPACES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One thing that isolation is made of: is it here, what is open without it, how to get it.

    level: the lowest that needs it; None for a detail that something else covers when it is absent.
    elsewhere: how to get it by kind of host. is_promise: a level as a whole, tried by attack.
    """

    name: str
    is_present: bool
    protects: str
    how: str = ""
    level: Isolation | None = Isolation.L1
    elsewhere: tuple[tuple[str, str], ...] = ()
    is_promise: bool = False


def how_to_get(name: str) -> str:
    """What to do on this very host to get a feature: one line."""
    advice = _HOW[name]
    if name != "namespaces":
        return advice[0][1]
    found = [f"{where}: {text}" if where else text for where, text in _that_apply_here()]
    return "; ".join(found) or "allow unprivileged user namespaces (`grader doctor` lists how)"


def _that_apply_here() -> list[tuple[str, str]]:
    signs = (
        (_UBUNTU, _sysctl("kernel/apparmor_restrict_unprivileged_userns") == "1"),
        (_DEBIAN, _sysctl("kernel/unprivileged_userns_clone") == "0"),
        (_SYSCTL, _sysctl("user/max_user_namespaces") == "0"),
        (_KUBERNETES, "KUBERNETES_SERVICE_HOST" in os.environ),
        (_DOCKER, Path("/.dockerenv").exists() or Path("/run/.containerenv").exists()),
        (_WSL, "microsoft" in _sysctl("kernel/osrelease").lower()),
    )
    return [advice for advice, applies in signs if applies]


def _sysctl(name: str) -> str:
    try:
        return Path("/proc/sys", name).read_text().strip()
    except OSError:
        return ""


def feature(
    name: str, is_present: bool, protects: str, level: Isolation | None = Isolation.L1
) -> Feature:
    """A feature with the advice that belongs to its name."""
    elsewhere = _HOW[name] if name == "namespaces" else _HOW[name][1:]
    return Feature(
        name=name,
        is_present=is_present,
        protects=protects,
        how=how_to_get(name),
        level=level,
        elsewhere=elsewhere,
    )


def landlock_version() -> int:
    """The Landlock ABI of this kernel, 0 when there is none or it may not be used."""
    if sys.platform != "linux":
        return 0
    from grader.sandbox.jail import landlock  # ctypes on Linux only

    return landlock.version()


def kernel_features() -> list[Feature]:
    """What L1 is made of."""
    is_linux = sys.platform == "linux"
    has_seccomp = False
    if is_linux:
        from grader.sandbox.jail import seccomp  # ctypes on Linux only

        has_seccomp = seccomp.is_available()
    return [
        feature("Linux", is_linux, "everything but the comparison, which is in another process"),
        feature(
            "Landlock",
            landlock_version() > 0,
            "files of the grader, reference solutions, other submissions",
        ),
        feature("seccomp filter", has_seccomp, "network, processes, signals, kernel interfaces"),
        feature(
            "pidfd",
            is_linux and hasattr(os, "pidfd_open"),
            "other processes from a kill meant for a worker",
        ),
    ]


def landlock_details() -> list[Feature]:
    """What newer Landlock ABIs add; each is covered by seccomp where it is absent."""
    version = landlock_version()
    rows = (
        (3, "Landlock: truncate", "files from being cut to nothing"),
        (4, "Landlock: TCP rules", "the network"),
        (6, "Landlock: signal scope", "signals to the grader and to other workers"),
    )
    return [
        Feature(
            name=name,
            is_present=version >= least,
            protects=f"{protects} (ABI {least}; this kernel has {version})",
            level=None,
        )
        for least, name, protects in rows
    ]
