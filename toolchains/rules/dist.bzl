# SPDX-License-Identifier: Apache-2.0
"""Release archives that come out the same bytes wherever they are made."""

# $1 the archive, $2 the folder inside it, then the files.
_PACK = """
set -eu
out=$1 folder=$2
shift 2
work=$(mktemp -d "$PWD/pack.XXXXXX")
mkdir -m 755 "$work/$folder"
cp -L "$@" "$work/$folder/"
chmod 644 "$work/$folder"/*
chmod 755 "$work/$folder/{program}"
tar --create --directory="$work" --format=ustar --sort=name --owner=0 --group=0 \\
  --numeric-owner --mtime=@0 "$folder" | gzip --no-name --best > "$out"
rm -rf "$work"
"""

def _dist_impl(ctx):
    name = ctx.attr.program
    archives = []
    for target, architecture in ctx.attr.binaries.items():
        binary = target[DefaultInfo].files_to_run.executable
        folder = "%s-%s" % (name, architecture)
        archive = ctx.actions.declare_file("%s/%s.tar.gz" % (ctx.label.name, folder))
        program = ctx.actions.declare_file("%s/%s/%s" % (ctx.label.name, architecture, name))
        ctx.actions.symlink(output = program, target_file = binary, is_executable = True)
        ctx.actions.run_shell(
            command = _PACK.format(program = name),
            arguments = [archive.path, folder, program.path] + [f.path for f in ctx.files.papers],
            inputs = [program] + ctx.files.papers,
            outputs = [archive],
            mnemonic = "NoscPack",
        )
        archives.append(archive)
    sums = ctx.actions.declare_file(ctx.label.name + "/SHA256SUMS")
    ctx.actions.run_shell(
        command = 'out=$PWD/$1 && cd "$(dirname "$1")" && shift && sha256sum "$@" > "$out"',
        arguments = [sums.path] + [archive.basename for archive in archives],
        inputs = archives,
        outputs = [sums],
        mnemonic = "NoscSums",
    )
    return [DefaultInfo(files = depset(archives + [sums]))]

dist = rule(
    implementation = _dist_impl,
    doc = "An archive PROGRAM-ARCHITECTURE.tar.gz per binary, and their SHA256SUMS.",
    attrs = {
        "binaries": attr.label_keyed_string_dict(
            cfg = "target",
            doc = "The programs, and the architecture of each.",
            mandatory = True,
        ),
        "papers": attr.label_list(
            allow_files = True,
            doc = "What goes into each archive beside the program.",
        ),
        "program": attr.string(doc = "The program's name.", mandatory = True),
    },
)
