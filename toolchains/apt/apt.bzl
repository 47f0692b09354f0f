# SPDX-License-Identifier: Apache-2.0
"""Pinned source archives and Debian packages as external repositories.

Package addresses are asked of the machine's own apt configuration (`--print-uris`), so no mirror is
named here. Every file is checked against the sha256 pinned in this repository and goes through
Bazel's repository cache.
"""

def _sh(ctx, script, args = [], what = "command"):
    result = ctx.execute(["/bin/sh", "-euc", script, "sh"] + args, timeout = 600)
    if result.return_code != 0:
        fail("%s failed (%d):\n%s\n%s" % (what, result.return_code, result.stdout, result.stderr))
    return result.stdout

# A private apt state: never touches /var, works for a plain user, and also knows source packages.
_APT = """
d="$PWD/.apt"
mkdir -p "$d/lists/partial" "$d/cache/archives/partial" "$d/parts"
if [ -e /etc/apt/sources.list ]; then
  sed 's/^deb \\(.*\\)/deb \\1\\ndeb-src \\1/' /etc/apt/sources.list > "$d/parts/main.list"
fi
for f in /etc/apt/sources.list.d/*.sources; do
  [ -e "$f" ] && sed 's/^Types:.*/Types: deb deb-src/' "$f" > "$d/parts/$(basename "$f")"
done
apt() {
  apt-get -qq -o Dir::State::Lists="$d/lists" -o Dir::Cache="$d/cache" \
    -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::SourceParts="$d/parts" \
    -o Debug::NoLocking=1 "$@"
}
[ -e "$d/updated" ] || { apt update; : > "$d/updated"; }
"""

def _address(listing, suffix):
    for line in listing.split("\n"):
        words = line.split(" ")
        if line.startswith("'") and len(words) >= 2 and words[1].endswith(suffix):
            return words[0].strip("'")
    fail("apt offers no %s; it said:\n%s" % (suffix, listing))

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
        listing = _sh(
            ctx,
            _APT + 'apt source --download-only --print-uris "$1"',
            [ctx.attr.apt_source],
            what = "apt-get source " + ctx.attr.apt_source,
        )
        ctx.download(
            _address(listing, ctx.attr.apt_file),
            output = "source.tar",
            sha256 = ctx.attr.apt_sha256 or ctx.attr.sha256,
        )
        _sh(ctx, "tar -xf source.tar --strip-components=1 && rm -rf source.tar .apt")
    for patch in ctx.attr.patches:
        ctx.patch(patch, strip = 1)

source_archive = repository_rule(
    implementation = _source_archive_impl,
    doc = "A source release, from its release address or else from the machine's package source.",
    attrs = {
        "apt_file": attr.string(mandatory = True),
        "apt_sha256": attr.string(),
        "apt_source": attr.string(mandatory = True),
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

def unpack_packages(ctx, packages):
    """Unpacks pinned packages ({"NAME=VERSION|TREE[,TREE]": sha256}) into their trees."""
    names = [key.split("|")[0] for key in packages]
    listing = _sh(ctx, _APT + 'apt download --print-uris "$@"', names, what = "apt-get download")
    lines = [line for line in listing.split("\n") if line.startswith("'")]
    roots = {}
    for index, (key, sha256) in enumerate(packages.items()):
        package, trees = key.split("|")
        prefix = package.split("=")[0] + "_"
        addresses = [
            line.split(" ")[0].strip("'")
            for line in lines
            if line.split(" ")[1].startswith(prefix)
        ]
        if len(addresses) != 1:
            fail("apt offers no " + package)
        archive = ".packages/%d.deb" % index
        ctx.download(addresses, output = archive, sha256 = sha256)
        for tree in trees.split(","):
            _sh(ctx, 'mkdir -p "$2"; dpkg-deb -x "$1" "$2"', [archive, tree], what = "dpkg-deb")
            roots[tree] = True
    ctx.delete(".packages")
    ctx.delete(".apt")
    for root in roots:
        _sh(ctx, _TIDY_TREE, [root])

def _stub_repository_impl(ctx):
    for path, text in ctx.attr.contents.items():
        ctx.file(path, text)

stub_repository = repository_rule(
    implementation = _stub_repository_impl,
    doc = "A repository of a few files that only has to exist.",
    attrs = {"contents": attr.string_dict()},
)
