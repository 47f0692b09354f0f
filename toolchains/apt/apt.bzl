# SPDX-License-Identifier: Apache-2.0
"""Pinned source archives and Debian packages as external repositories.

Package addresses are asked of the machine's own apt configuration (`--print-uris`), so no mirror is
named here. Every file is checked against a sha256 and goes through Bazel's repository cache: the one
pinned in this repository or, where the archive has moved on, the one that apt's signature covers.
"""

_APT_SCRIPT = Label("//toolchains/apt:private_apt.sh")

# What repository rules that fetch packages name in `environ`.
APT_ENVIRONMENT = ["NOSC_LOCKED"]

def _execute(ctx, command, what):
    result = ctx.execute(command, timeout = 600)
    if result.return_code != 0:
        fail("%s failed (%d):\n%s%s" % (what, result.return_code, result.stdout, result.stderr))
    return result.stdout

def _shell(ctx, script, arguments = [], what = "command"):
    return _execute(ctx, ["/bin/sh", "-euc", script, "sh"] + arguments, what)

def _offers(ctx, kind, command, packages):
    """What apt offers: (offered files, error text); a file is (name, address, sha256)."""
    result = ctx.execute(
        [ctx.path(_APT_SCRIPT), str(ctx.path(".apt")), kind, "apt-get"] + command +
        ["--print-uris"] + packages,
        timeout = 600,
    )
    files = []
    for line in result.stdout.split("\n"):
        words = line.split(" ")
        if line.startswith("'") and len(words) >= 2:
            sha256 = words[3][len("SHA256:"):] if len(words) > 3 else ""
            files.append((words[1], words[0].strip("'"), sha256))
    return files, result.stderr.strip()

def _source_address(ctx):
    """The address of a source release in the machine's archive, of whatever package revision."""
    package = ctx.attr.apt_source
    error = ""
    for name in [package, package.split("=")[0]]:
        files, error = _offers(ctx, "deb-src", ["source", "--download-only"], [name])
        for file, address, _ in files:
            if file == ctx.attr.apt_file:
                return address
    fail("apt offers no %s: %s" % (ctx.attr.apt_file, error))

def _source_archive_impl(ctx):
    fetched = False
    if ctx.attr.urls:
        fetched = ctx.download_and_extract(
            ctx.attr.urls,
            sha256 = ctx.attr.sha256,
            stripPrefix = ctx.attr.strip_prefix,
            allow_fail = True,
        ).success
    if not fetched:
        ctx.download_and_extract(
            _source_address(ctx),
            sha256 = ctx.attr.apt_sha256 or ctx.attr.sha256,
            stripPrefix = ctx.attr.apt_strip_prefix or ctx.attr.strip_prefix,
        )
        ctx.delete(".apt")
    for patch in ctx.attr.patches:
        ctx.patch(patch, strip = 1)

source_archive = repository_rule(
    implementation = _source_archive_impl,
    doc = "A source release, from its release address or else from the machine's package source.",
    attrs = {
        "apt_file": attr.string(mandatory = True),
        "apt_sha256": attr.string(),
        "apt_source": attr.string(mandatory = True),
        "apt_strip_prefix": attr.string(),
        "patches": attr.label_list(),
        "sha256": attr.string(),
        "strip_prefix": attr.string(),
        "urls": attr.string_list(),
    },
)

# Packages hold absolute symlinks, which must stay inside the tree that they are unpacked into, and
# links to packages that are not there, which Bazel refuses in a directory that is an input.
_TIDY_TREE = """
cd "$1"
rm -rf usr/share/doc usr/share/man usr/share/lintian usr/share/bug
find . -type l -lname '/*' | while read -r link; do
  up=$(dirname "${link#./}" | sed 's,[^/][^/]*,..,g')
  ln -sfn "$up$(readlink "$link")" "$link"
done
find . -xtype l -delete
"""

def _name(package):
    return package.split("=")[0]

def _by_name(files):
    return {file.split("_")[0]: (file, address, sha256) for file, address, sha256 in files}

def _package_offers(ctx, packages):
    """{name: offer} for NAME[=VERSION] packages; those that the archive lacks are absent."""
    files, error = _offers(ctx, "deb", ["download"], packages)
    offers = _by_name(files)
    if len(offers) == len(packages):
        return offers

    # One absent version makes apt refuse them all: ask one at a time.
    offers = {}
    for package in packages:
        files, error = _offers(ctx, "deb", ["download"], [package])
        if "=" not in package and not files:
            fail("apt offers no %s: %s" % (package, error))
        offers.update(_by_name(files))
    return offers

def _fetch_current(ctx, packages, archives):
    """Fetches packages whose pinned version apt no longer offers, at its current version."""
    if not packages:
        return
    if ctx.os.environ.get("NOSC_LOCKED"):
        fail("not in the archive any more, and --config=locked takes no other version: " +
             ", ".join(packages))
    offers = _package_offers(ctx, [_name(package) for package in packages])
    replaced = []
    for package in packages:
        file, address, sha256 = offers[_name(package)]
        ctx.download([address], output = archives[package], sha256 = sha256)
        replaced.append("%s (now %s)" % (package, file.split("_")[1].replace("%3a", ":")))

    # buildifier: disable=print
    print("not in the archive any more: %s; took what apt's signature vouches for. " %
          ", ".join(replaced) + "Refresh the pins: ./bazelw run //toolchains:refresh_lock")

def unpack_packages(ctx, packages):
    """Unpacks pinned packages ({"NAME=VERSION|TREE[,TREE]": sha256}) into their trees."""
    pins = {key.split("|")[0]: sha256 for key, sha256 in packages.items()}
    archives = {package: ".packages/%d.deb" % i for i, package in enumerate(pins)}
    offers = _package_offers(ctx, pins.keys())
    vanished = []
    for package, sha256 in pins.items():
        if _name(package) in offers:
            address = offers[_name(package)][1]
            ctx.download([address], output = archives[package], sha256 = sha256)
        else:
            vanished.append(package)
    _fetch_current(ctx, vanished, archives)

    roots = {}
    for key in packages:
        package, trees = key.split("|")
        for tree in trees.split(","):
            command = 'mkdir -p "$2"; dpkg-deb -x "$1" "$2"'
            _shell(ctx, command, [archives[package], tree], what = "dpkg-deb")
            roots[tree] = True
    ctx.delete(".packages")
    ctx.delete(".apt")
    for root in roots:
        _shell(ctx, _TIDY_TREE, [root])

def _stub_repository_impl(ctx):
    for path, text in ctx.attr.contents.items():
        ctx.file(path, text)

stub_repository = repository_rule(
    implementation = _stub_repository_impl,
    doc = "A repository of a few files that only has to exist.",
    attrs = {"contents": attr.string_dict()},
)
