"""Bazel's built-in rules under the names of the rule sets that replace them.

Bazel 7 and older have these rules built in, and would still download the rule
sets that its own tools name. The stand-ins below spare it the network.
"""

def _builtin_rules_impl(repository):
    package = repository.attr.package
    repository.file(package + "/BUILD")
    lines = ["%s = native.%s" % (rule, rule) for rule in repository.attr.rules]
    repository.file(package + "/defs.bzl", "\n".join(lines) + "\n")

builtin_rules = repository_rule(
    implementation = _builtin_rules_impl,
    attrs = {
        "package": attr.string(mandatory = True),
        "rules": attr.string_list(mandatory = True),
    },
)
