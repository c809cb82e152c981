# expect: WA | aim: steal keys, passwords and the identity of the host | means: the paths where they usually lie
import os
import pwd

PATHS = """/etc/passwd /etc/shadow /etc/group /etc/hostname /etc/hosts /etc/resolv.conf /etc/ssh
/etc/machine-id /etc/fstab /etc/sudoers ~/.ssh/id_rsa ~/.aws/credentials ~/.netrc
~/.config/gh/hosts.yml ~/.bash_history ~/.pypirc ~/.docker/config.json
/var/run/secrets/kubernetes.io/serviceaccount/token /run/secrets /run/docker.sock /var/log
/proc/self/environ /proc/1/environ /proc/net/tcp /proc/mounts /proc/cpuinfo /proc/version
/proc/meminfo /proc/sys/kernel/hostname /sys/class/net /sys/class/dmi/id/product_uuid
/dev/sda /dev/vda /dev/nvme0n1 /dev/kvm /dev/fuse /dev/shm /dev/input /opt /srv /home /mnt
/var/lib /usr/share/doc /usr/bin/python3 /.dockerenv /proc/self/cgroup /usr/local/bin""".split()


def f(host):
    seen, home = [], host["folders"][-1]
    for path in PATHS:
        path = path.replace("~", home)
        for reader in (os.listdir, lambda path: os.open(path, os.O_RDONLY)):
            try:
                reader(path)
                seen.append(path)
            except OSError:
                pass
    try:
        if pwd.getpwall():
            seen.append("pwd")
    except OSError:
        pass
    if seen:
        raise SystemError(f"seen: {seen}")
    return 0
