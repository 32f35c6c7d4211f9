"""The rules of reading: what keeps a file from becoming a spec, and what is wrong with its suppressions.

Their functions have no body: the readers, the converter and the suppressions find these problems. The docstrings
explain them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...editing.changes import Change, Put, Remove
from ...limits import MAX_DEPTH
from .fix import Mistake, fixer, suggested
from .rule import reading_rule

__all__ = ["READING_RULES"]

_TASK = "tasks:\n- image: {docker: alpine}\n"


@reading_rule(
    bad=f'description: "\x07"\n{_TASK}',
    good=f'description: "\\a"\n{_TASK}',
)
def encoding() -> None:
    """File is not UTF-8, or has a character that YAML does not allow.

    Specs are UTF-8, with or without a byte-order mark. Readers disagree about control characters and lone
    surrogates, so neither is allowed.
    """


@reading_rule(
    bad="""
            description: seeds: 1 to 5
            tasks:
            - image: {docker: alpine}
        """,
    good="""
            description: "seeds: 1 to 5"
            tasks:
            - image: {docker: alpine}
        """,
)
def yaml_syntax() -> None:
    """Invalid YAML.

    Common reasons: a string with a colon and a space, or one that starts with a special character, is not quoted; a
    line is indented by other spaces than its siblings, or by a tab; quotes or brackets are not closed.
    """


@reading_rule(
    bad='{"tasks": [{"image": {"docker": "alpine"}},]}\n',
    good='{"tasks": [{"image": {"docker": "alpine"}}]}\n',
)
def json_syntax() -> None:
    """Invalid JSON.

    A file whose name ends in .json is read as JSON, which has no comments, no unquoted strings and no trailing
    commas.
    """


@reading_rule(
    bad="# nothing yet\n",
    good=_TASK,
)
def empty_document() -> None:
    """Empty file.

    It is empty or has only comments. A spec is a mapping with the fields of an experiment.
    """


@reading_rule(
    bad=f"{_TASK}---\n{_TASK}",
    good=_TASK,
)
def multiple_documents() -> None:
    """More than one YAML document in a file.

    Three dashes at the start of a line begin another document, and only one of them would run. Put each spec into
    its own file.
    """


@reading_rule(
    bad="""
            tasks:
            - image: {docker: alpine}
              replicas: 2
              replicas: 3
        """,
    good="""
            tasks:
            - image: {docker: alpine}
              replicas: 3
        """,
)
def duplicate_key() -> None:
    """Duplicate key in a mapping.

    One of the two values would be lost silently.
    """


@reading_rule(
    bad="""
            tasks:
            - image: {docker: alpine}
              hostNetworking: true
              host_networking: false
        """,
    good="""
            tasks:
            - image: {docker: alpine}
              hostNetworking: true
        """,
)
def two_spellings() -> None:
    """Field is set under both of its names.

    A field has one name in files, such as hostNetworking, and one in Python, host_networking. beakerspec reads both,
    so one of the two values would be lost.
    """


@reading_rule(
    bad=f"? [a, b]\n: 1\n{_TASK}",
    good=_TASK,
)
def key_type() -> None:
    """Key is not a string.

    The keys of a spec are names of fields and constraints. An empty key, or a list as a key, names nothing.
    """


@reading_rule(
    bad="""
            description: !important
            tasks:
            - image: {docker: alpine}
        """,
    good="""
            description: "!important"
            tasks:
            - image: {docker: alpine}
        """,
)
def unknown_tag() -> None:
    """YAML tag other than !!str.

    The field determines the type of its value. A string that starts with an exclamation mark needs quotes.
    """


@reading_rule(
    bad="""
            description: *important
            tasks:
            - image: {docker: alpine}
        """,
    good="""
            description: "*important"
            tasks:
            - image: {docker: alpine}
        """,
)
def undefined_alias() -> None:
    """Alias without an anchor.

    `*name` repeats the value that `&name` marks earlier in the file. A string that starts with an asterisk needs
    quotes.
    """


@reading_rule(
    bad="""
            tasks: &tasks
            - image: {docker: alpine}
              more: *tasks
        """,
    good=_TASK,
)
def recursive_alias() -> None:
    """Alias inside its own anchor.

    Its value would be infinite.
    """


@reading_rule(
    bad="""
            tasks:
            - image: {docker: alpine}
              <<: retries
        """,
    good="""
            tasks:
            - image: &image {docker: alpine}
            - image:
                <<: *image
        """,
)
def merge_key() -> None:
    """Merge key does not refer to mappings.

    `<<` merges the fields of other mappings: it takes an alias of a mapping, or a list of such aliases.
    """


@reading_rule(
    bad="",
    good=_TASK,
)
def too_large() -> None:
    """File is too large.

    Files above 10,000,000 bytes are refused unread: the largest real spec has 156,000. In Python, `max_size` changes
    the limit.
    """


@reading_rule(
    bad=f"description: {'[' * MAX_DEPTH}{']' * MAX_DEPTH}\n{_TASK}",
    good=_TASK,
)
def too_deep() -> None:
    """Value is nested too deeply.

    More than 100 levels are refused: they crash parsers, and real specs have 7. In Python, `max_depth` changes the
    limit.
    """


@reading_rule(
    bad="a0: &a0 [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]\n"
    + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 7)),
    good=_TASK,
)
def too_many_values() -> None:
    """Too many values, with aliases expanded.

    More than 1,000,000 are refused: a few lines of aliases of aliases can expand to more than fits into memory. In
    Python, `max_values` changes the limit.
    """


@reading_rule(
    bad="""
            tasks:
            - image: {docker: alpine}
              replicas: {{.Env.REPLICAS}}
        """,
    good="""
            tasks:
            - image: {docker: alpine}
              replicas: 2
        """,
)
def go_template() -> None:
    """Go template is not expanded, or cannot be.

    Beaker's command line replaces {{.Env.NAME}} with an environment variable before it reads a file, and knows no
    other template. beakerspec does the same with --expand-env, --env and --env-file.
    """


@reading_rule(bad="", good=_TASK)
def too_many_problems() -> None:
    """Too many problems.

    The first 1,000 problems of a document are reported, and the number of the remaining ones.
    """


#: The fields of a `spec` in v1 that have a place in v2, with the types of their values.
_FIELDS_OF_V1 = {
    "image": str,
    "blueprint": str,
    "args": list,
    "env": dict,
    "datasetMounts": list,
    "resultPath": str,
    "requirements": dict,
}


@fixer()
def _second_version(mistake: Mistake) -> Iterable[Change] | None:
    """The fields of a task's `spec` under their names in v2. Nothing where something of it would be lost."""
    *task_path, _ = mistake.path
    task, old = mistake.at(*task_path), mistake.value
    if not isinstance(old, dict) or len(old.keys() & {"image", "blueprint"}) != 1:
        return None
    if not all(isinstance(value, _FIELDS_OF_V1.get(name, ())) for name, value in old.items()):
        return None
    mounts = old.get("datasetMounts", [])
    needed = {"containerPath", "datasetId"}
    if not all(isinstance(mount, dict) and needed <= mount.keys() <= {*needed, "subPath"} for mount in mounts):
        return None
    if task.keys() - {"name", "spec", "cluster", "dependsOn"} or not isinstance(task.get("cluster", ""), str):
        return None
    new: dict[str, Any] = {"image": {"beaker": old.get("image", old.get("blueprint"))}}
    if "args" in old:
        new["arguments"] = old["args"]
    if "env" in old:
        new["envVars"] = [{"name": name, "value": value} for name, value in old["env"].items()]
    if "datasetMounts" in old:
        new["datasets"] = [
            {
                "mountPath": mount["containerPath"],
                **({"subPath": mount["subPath"]} if "subPath" in mount else {}),
                "source": {"beaker": mount["datasetId"]},
            }
            for mount in mounts
        ]
    if "resultPath" in old:
        new["result"] = {"path": old["resultPath"]}
    if "requirements" in old:
        new["resources"] = old["requirements"]
    if "cluster" in task:
        new["constraints"] = {"cluster": [task["cluster"]]}
    removed = [Remove((*task_path, name)) for name in ("spec", "cluster") if name in task]
    return [Put(("version",), "v2"), *removed, *(Put((*task_path, name), value) for name, value in new.items())]


@reading_rule(
    bad="""
            tasks:
            - name: train
              spec: {image: team/image}
        """,
    good="""
            version: v2
            tasks:
            - name: train
              image: {beaker: team/image}
        """,
    fixer=_second_version,
)
def old_format() -> None:
    """Spec in the v1 format.

    Its tasks have a `spec`; tasks of v2 have the image and all other fields directly. Beaker no longer runs v1
    specs.
    """


@reading_rule(
    bad="""
            tasks:
            - name: train
        """,
    good="""
            tasks:
            - name: train
              image: {docker: alpine}
        """,
)
def missing_field() -> None:
    """Required field is missing or null.

    A task needs an image, a variable a name, a mount a path and a source. If the field seems to be there, it is
    probably misspelled.
    """


@fixer()
def _variables_as_list(mistake: Mistake) -> Iterable[Change] | None:
    """A mapping of variables as the list that `envVars` takes."""
    value = mistake.value
    if mistake.path[2:] != ("envVars",) or not isinstance(value, dict):
        return None
    if not all(isinstance(each, str) for each in value.values()):
        return None
    return [Put(mistake.path, [{"name": name, "value": each} for name, each in value.items()])]


@reading_rule(
    bad="""
            tasks:
            - image: {docker: alpine}
              replicas: two
        """,
    good="""
            tasks:
            - image: {docker: alpine}
              replicas: 2
        """,
    fixer=_variables_as_list,
)
def invalid_type() -> None:
    """Value has the wrong type.

    Clients treat such a value differently.
    """


def _differs_in_case(mistake: Mistake) -> bool:
    """Whether a word is right but for its capitals."""
    return str(mistake.value).lower() == str(mistake.problem.suggestion).lower()


@reading_rule(
    bad="""
            tasks:
            - image: {docker: alpine}
              context: {priority: hihg}
        """,
    good="""
            tasks:
            - image: {docker: alpine}
              context: {priority: high}
        """,
    fixer=suggested(is_safe=_differs_in_case),
)
def invalid_value() -> None:
    """Value is not allowed in its field.

    Versions, priorities and mount modes are words of a fixed list, and numbers fit 64 bits.
    """


@reading_rule(
    bad="""
            tasks:
            - image: {docker: alpine}
              resources: {gpuCount: "1"}
        """,
    good="""
            tasks:
            - image: {docker: alpine}
              resources: {gpuCount: 1}
        """,
    fixer=suggested(is_safe=True),
)
def quoted_number() -> None:
    """Quoted number.

    In quotes it is a string, which Beaker refuses where a number belongs.
    """


@reading_rule(
    bad="""
            tasks:
            - image: {docker: alpine}
              hostNetworking: "true"
        """,
    good="""
            tasks:
            - image: {docker: alpine}
              hostNetworking: true
        """,
    fixer=suggested(is_safe=True),
)
def quoted_boolean() -> None:
    """Quoted boolean.

    In quotes it is a string, which Beaker refuses where a boolean belongs.
    """


@reading_rule(
    bad="""
            tasks:
            - image: {docker: alpine}
              arguments: [--name, null]
        """,
    good="""
            tasks:
            - image: {docker: alpine}
              arguments: [--name, ""]
        """,
)
def null_item() -> None:
    """List item is null.

    A dash with nothing after it is an item, too.
    """


@reading_rule(
    bad="""
            tasks:
            - image: {docker: alpine}
              timeout: 2d
        """,
    good="""
            tasks:
            - image: {docker: alpine}
              timeout: 48h
        """,
    fixer=suggested(),
)
def duration() -> None:
    """Invalid duration.

    A duration is one or more numbers, each with a unit: h, m, s, ms, us or ns, as in 90m or 1h30m. There is no unit
    for days.
    (Source: Go's time.ParseDuration, which Beaker uses, and beaker-py 1.26.7.)
    """


@reading_rule(
    "warning",
    is_fatal=False,
    bad=f"# beakerspec: ignore-file[timeout]\n{_TASK}",
    good=_TASK,
)
def unused_suppression() -> None:
    """Suppression comment without effect.

    The problem it suppressed has been fixed or has moved. The comment would hide the next problem of that kind.
    """


@reading_rule(
    "warning",
    is_fatal=False,
    bad=f"# beakerspec: ignore[timeuot]\n{_TASK}",
    good=_TASK,
)
def invalid_suppression() -> None:
    """Invalid suppression comment.

    It suppresses nothing. The forms are `# beakerspec: ignore[rule, …]` at the end of a line or on the line above it,
    and `# beakerspec: ignore-file[rule, …]`. Problems that keep a file from being read cannot be suppressed.
    """


READING_RULES = (
    encoding,
    yaml_syntax,
    json_syntax,
    empty_document,
    multiple_documents,
    duplicate_key,
    two_spellings,
    key_type,
    unknown_tag,
    undefined_alias,
    recursive_alias,
    merge_key,
    too_large,
    too_deep,
    too_many_values,
    go_template,
    too_many_problems,
    old_format,
    missing_field,
    invalid_type,
    invalid_value,
    quoted_number,
    quoted_boolean,
    null_item,
    duration,
    unused_suppression,
    invalid_suppression,
)
