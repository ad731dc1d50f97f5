# SPDX-License-Identifier: Apache-2.0
"""Repositories that Bazel 4.2.3 would download, made of files in bazel/stand_ins.

A repository rule, not local_repository: a path given to that one is looked up in the workspace of
whoever calls the macro, a label in ours. So a consumer gets the same repositories.
"""

def _stand_in(ctx):
    for label, path in ctx.attr.files.items():
        ctx.symlink(ctx.path(label), path)
    for path in ctx.attr.empty_files:
        ctx.file(path, "", executable = False)

stand_in = repository_rule(
    doc = "A repository of links to `files` (label to path in the repository), and of empty files.",
    implementation = _stand_in,
    attrs = {
        "empty_files": attr.string_list(),
        "files": attr.label_keyed_string_dict(),
    },
    local = True,
)
