# SPDX-License-Identifier: Apache-2.0
"""What a virtual machine boots: a distribution's own kernel that needs no modules for that, and a
static busybox of the same architecture.

Which package holds the newest kernel is asked of the machine's archive, whose signature vouches for
it. Where a file can't be had it is empty, and the tests say so.
"""

load("//toolchains/apt:apt.bzl", "APT_ENVIRONMENT")

_APT_SCRIPT = Label("//toolchains/apt:private_apt.sh")

# The distribution's name of the architecture, and the package that depends on the newest kernel;
# where the release that everything else is from lacks the architecture, a release that has it.
_MACHINES = {
    "aarch64": struct(debian = "arm64", kernel = "linux-image-cloud-arm64", release = ""),
    "riscv64": struct(debian = "riscv64", kernel = "linux-image-riscv64", release = "trixie"),
    "x86_64": struct(debian = "amd64", kernel = "linux-image-cloud-amd64", release = ""),
}

_UNPACK = """
mkdir "$2"
dpkg-deb --fsys-tarfile "$1" | tar --extract --directory="$2" --wildcards "$3"
mv "$(find "$2" -type f -path "$3")" "$4"
rm -rf "$2" "$1"
"""

def _apt(ctx, machine, arguments):
    result = ctx.execute(
        [ctx.path(_APT_SCRIPT), str(ctx.path("apt")), "deb"] + arguments,
        environment = {
            "APT_CONFIG": str(ctx.path("apt.conf")),
            "NOSC_APT_RELEASE": machine.release,
        },
        timeout = 600,
    )
    return result.stdout if result.return_code == 0 else ""

def _dependency(ctx, machine):
    for line in _apt(ctx, machine, ["apt-cache", "depends", machine.kernel]).split("\n"):
        words = line.strip().split(" ")
        if words[0] == "Depends:":
            return words[1]
    return machine.kernel

def _fetch(ctx, machine, package, pattern, output):
    """Puts the file of a package that matches PATTERN at OUTPUT; an empty one if there is none."""
    download = _apt(ctx, machine, ["apt-get", "download", "--print-uris", package])
    words = download.strip().split(" ")
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

def _machine_repository_impl(ctx):
    machine = _MACHINES[ctx.attr.architecture]
    ctx.file("apt.conf", 'APT::Architecture "{0}"; APT::Architectures {{ "{0}"; }};'.format(
        machine.debian,
    ))
    _fetch(ctx, machine, _dependency(ctx, machine), "*/boot/vmlinu*", "kernel")
    _fetch(ctx, machine, "busybox-static", "*/bin/busybox", "busybox")
    ctx.delete("apt")
    ctx.file("BUILD.bazel", """exports_files(["busybox", "kernel"])
""")

_machine_repository = repository_rule(
    implementation = _machine_repository_impl,
    attrs = {"architecture": attr.string(values = _MACHINES.keys())},
    environ = APT_ENVIRONMENT,
    doc = "A repository with the kernel and the busybox of an architecture.",
)

def machine_repositories():
    """Declares @machine_ARCHITECTURE, each with //:kernel and //:busybox."""
    for architecture in _MACHINES:
        _machine_repository(name = "machine_" + architecture, architecture = architecture)
