# SPDX-License-Identifier: Apache-2.0
"""What virtual machines boot: the distribution's own kernels for clouds, which need no modules for
that, and a static busybox of the same architecture.

Which package holds the newest kernel is asked of the machine's archive, whose signature vouches for
it. Where a file can't be had it is empty, and the tests say so.
"""

load("//toolchains/apt:apt.bzl", "APT_ENVIRONMENT")

_APT_SCRIPT = Label("//toolchains/apt:private_apt.sh")

# The distribution's name of the architecture, and the package that depends on the newest kernel.
_MACHINES = {
    "aarch64": ("arm64", "linux-image-cloud-arm64"),
    "x86_64": ("amd64", "linux-image-cloud-amd64"),
}

_UNPACK = """
mkdir "$2"
dpkg-deb --fsys-tarfile "$1" | tar --extract --directory="$2" --wildcards "$3"
mv "$2"/$3 "$4"
rm -rf "$2" "$1"
"""

def _apt(ctx, name, arguments):
    result = ctx.execute(
        [ctx.path(_APT_SCRIPT), str(ctx.path("apt-" + name)), "deb"] + arguments,
        environment = {"APT_CONFIG": str(ctx.path(name + ".conf"))},
        timeout = 600,
    )
    return result.stdout if result.return_code == 0 else ""

def _dependency(ctx, name, package):
    for line in _apt(ctx, name, ["apt-cache", "depends", package]).split("\n"):
        words = line.strip().split(" ")
        if words[0] == "Depends:":
            return words[1]
    return package

def _fetch(ctx, name, package, pattern, output):
    """Puts the file of a package that matches PATTERN at OUTPUT; an empty one if there is none."""
    words = _apt(ctx, name, ["apt-get", "download", "--print-uris", package]).strip().split(" ")
    archive = output + ".deb"
    if len(words) > 3 and words[3].startswith("SHA256:") and ctx.download(
        [words[0].strip("'")],
        output = archive,
        sha256 = words[3][len("SHA256:"):],
        allow_fail = True,
    ).success:
        command = ["/bin/sh", "-euc", _UNPACK, "sh", archive, output + "_tree", pattern, output]
        if ctx.execute(command).return_code == 0:
            return
    ctx.file(output, "")

def _machines_repository_impl(ctx):
    for name, (architecture, meta) in _MACHINES.items():
        ctx.file(name + ".conf", 'APT::Architecture "{0}"; APT::Architectures {{ "{0}"; }};'.format(
            architecture,
        ))
        _fetch(ctx, name, _dependency(ctx, name, meta), "./boot/vmlinuz*", "kernel_" + name)
        _fetch(ctx, name, "busybox-static", "./bin/busybox", "busybox_" + name)
        ctx.delete("apt-" + name)
    ctx.file("BUILD.bazel", """exports_files(glob(["kernel_*", "busybox_*"]))
""")

machines_repository = repository_rule(
    implementation = _machines_repository_impl,
    environ = APT_ENVIRONMENT,
    doc = "The repository @machines with kernel_ARCHITECTURE and busybox_ARCHITECTURE.",
)
