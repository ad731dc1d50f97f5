# SPDX-License-Identifier: Apache-2.0
"""A repository over a folder of published test vectors; empty where there is none."""

def _published_vectors(ctx):
    workspace = ctx.path(Label("//:WORKSPACE")).dirname
    found = None
    override = ctx.os.environ.get("MERLON_VECTORS", "")
    for candidate in ([override] if override else []) + ctx.attr.candidates:
        path = ctx.path(candidate if candidate.startswith("/") else str(workspace) + "/" + candidate)
        if path.exists:
            found = path
            break
    if found:
        ctx.symlink(found, "vectors")
    build = "".join([
        "filegroup(name = {}, srcs = glob({}), visibility = [\"//visibility:public\"])\n".format(
            repr(name),
            repr(["vectors/" + pattern] if found else []),
        )
        for name, pattern in ctx.attr.groups.items()
    ])
    ctx.file("BUILD", build, executable = False)

published_vectors = repository_rule(
    doc = "One filegroup per group of vectors. A test reads `vectors/...` below its runfiles folder.",
    implementation = _published_vectors,
    attrs = {
        "candidates": attr.string_list(mandatory = True),
        "groups": attr.string_dict(default = {
            "boringssl_crypto": "boringssl/crypto/**",
            "boringssl_pki": "boringssl/pki/**",
            "botan": "botan/**",
            "corpora": "corpora/**",
            "nist": "nist/*",
            "rfc": "rfc/**",
            "wycheproof": "wycheproof/testvectors_v1/*.json",
            "x509_limbo": "x509-limbo/**",
        }),
    },
    environ = ["MERLON_VECTORS"],
    local = True,
)
