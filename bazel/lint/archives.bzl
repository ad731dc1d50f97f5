# SPDX-License-Identifier: Apache-2.0
"""The archives that libraries are linked from, those below them included, as files of a test."""

def _archives(ctx):
    files = []
    for library in ctx.attr.libraries:
        for input in library[CcInfo].linking_context.linker_inputs.to_list():
            folder = input.owner.package.split("/")[0]
            if input.owner.workspace_name or folder not in ctx.attr.folders:
                continue
            for linked in input.libraries:
                files.append(linked.pic_static_library or linked.static_library)
    files = depset([file for file in files if file])
    return [DefaultInfo(files = files, runfiles = ctx.runfiles(transitive_files = files))]

archives = rule(
    doc = "The archives of `libraries` and what they depend on, as far as these lie in `folders`.",
    implementation = _archives,
    attrs = {
        "folders": attr.string_list(mandatory = True, doc = "folders at the top of this workspace"),
        "libraries": attr.label_list(mandatory = True, providers = [CcInfo]),
    },
)
