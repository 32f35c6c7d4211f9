"""The rules of reading: what keeps a file from giving a spec, and what is wrong with its suppressions.

Their functions have no body: the readers, the converter and the suppressions find what breaks them. What stands here
explains them.
"""

from __future__ import annotations

from ...limits import MAX_DEPTH
from .rule import reading_rule

__all__ = ["READING_RULES"]

_TASK = "tasks:\n- image: {docker: alpine}\n"


@reading_rule(
    bad=f'description: "\x07"\n{_TASK}',
    good=f'description: "\\a"\n{_TASK}',
)
def encoding() -> None:
    """A file is no UTF-8, or holds a character that cannot stand in YAML.

    Everything is written in UTF-8, with or without a byte-order mark. Control characters and half of a surrogate
    pair are no text, and nothing that reads the file would agree on them.
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
    """The text is no YAML.

    The place is where the parser gave up, which is at the mistake or some way behind it. Common reasons: a text
    with a colon and a space, or one that starts with a special sign, stands without quotes; a tab indents a line;
    quotes or brackets are not closed.
    """


@reading_rule(
    bad='{"tasks": [{"image": {"docker": "alpine"}},]}\n',
    good='{"tasks": [{"image": {"docker": "alpine"}}]}\n',
)
def json_syntax() -> None:
    """The text of a JSON file is no JSON.

    A file whose name ends in .json is read as JSON, which knows no comments, no texts without quotes and no commas
    before a closing bracket.
    """


@reading_rule(
    bad="# nothing yet\n",
    good=_TASK,
)
def empty_document() -> None:
    """A file holds nothing, or comments alone.

    A spec is a mapping with the fields of an experiment.
    """


@reading_rule(
    bad=f"{_TASK}---\n{_TASK}",
    good=_TASK,
)
def multiple_documents() -> None:
    """A file holds more than one YAML document.

    Three dashes at the start of a line begin another document, and only one of them would run. Put each spec into a
    file of its own.
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
    """A mapping has a key twice.

    One of the two values would be lost without a word.
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
    """A field is given under two spellings of its name.

    A field has one name in files, such as hostNetworking, and one in Python, host_networking. Both are read, and
    one of the two values would be lost.
    """


@reading_rule(
    bad=f"? [a, b]\n: 1\n{_TASK}",
    good=_TASK,
)
def key_type() -> None:
    """A key is no text.

    The keys of a spec are names of fields and constraints. A key that is left empty, or is a list, names none.
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
    """A value has a YAML tag other than !!str.

    The fields say of what type a value is. A text that starts with an exclamation mark needs quotes.
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
    """An alias names an anchor that does not stand before it.

    `*name` stands for what `&name` marks. A text that starts with an asterisk needs quotes.
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
    """An alias stands inside of what it stands for.

    Written out, it would have no end.
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
    """A merge key does not name mappings.

    `<<` takes the fields of other mappings over: an alias of one, or a list of such aliases.
    """


@reading_rule(
    bad="",
    good=_TASK,
)
def too_large() -> None:
    """A file is larger than is read.

    More than 10,000,000 bytes are refused before they are looked at: the largest real spec has 156 thousand. In
    Python, `max_size` is another limit.
    """


@reading_rule(
    bad=f"description: {'[' * MAX_DEPTH}{']' * MAX_DEPTH}\n{_TASK}",
    good=_TASK,
)
def too_deep() -> None:
    """A value is nested too deeply.

    More than 100 levels are refused: they crash parsers, and real specs have 7. In Python, `max_depth` is another
    limit.
    """


@reading_rule(
    bad="a0: &a0 [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]\n"
    + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 7)),
    good=_TASK,
)
def too_many_values() -> None:
    """A file holds too many values, with its aliases written out.

    More than 1,000,000 are refused: a few lines of aliases of aliases can stand for more than fits a machine. In
    Python, `max_values` is another limit.
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
    """A Go template has not been expanded, or cannot be.

    Beaker's client replaces {{.Env.NAME}} by a variable of its environment before it reads a file, and knows no
    other template. beakerspec does so with --expand-env, --env and --env-file.
    """


@reading_rule(bad="", good=_TASK)
def too_many_problems() -> None:
    """There are more problems than are reported.

    The first 1,000 of a document are reported, and the number of the others.
    """


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
)
def old_format() -> None:
    """A spec is of the v1 format.

    Its tasks have a `spec`, where those of v2 have an image and all else directly. Beaker no longer runs them.
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
    """A field that is needed is missing or null.

    A task needs an image, a variable a name, a mount a path and a source. One that seems to be there is most often
    misspelt.
    """


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
)
def invalid_type() -> None:
    """A value is of another type than its field.

    What would become of it differs from client to client.
    """


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
)
def invalid_value() -> None:
    """A value is of the right type, and none that its field can have.

    Versions, priorities and modes of mounts are words of a list, and numbers fit 64 bits.
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
)
def quoted_number() -> None:
    """A number stands in quotes.

    In quotes it is a text, which Beaker's reader refuses where a number belongs.
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
)
def quoted_boolean() -> None:
    """A boolean stands in quotes.

    In quotes it is a text, which Beaker's reader refuses where a boolean belongs.
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
    """An item of a list is null.

    A dash with nothing behind it is an item all the same.
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
)
def duration() -> None:
    """A duration cannot be read.

    It is one or more numbers with their units: h, m, s, ms, us or ns, as in 90m or 1h30m. There are no days.
    (Source: Go's time.ParseDuration, which Beaker uses, and beaker-py 1.26.7.)
    """


@reading_rule(
    "warning",
    is_fatal=False,
    bad=f"# beakerspec: ignore-file[timeout]\n{_TASK}",
    good=_TASK,
)
def unused_suppression() -> None:
    """A comment suppresses a rule that is not broken there.

    What it was for has been fixed or has moved, and it would hide the next mistake of that kind.
    """


@reading_rule(
    "warning",
    is_fatal=False,
    bad=f"# beakerspec: ignore[timeuot]\n{_TASK}",
    good=_TASK,
)
def invalid_suppression() -> None:
    """A comment for beakerspec cannot be read, or names a rule that cannot be suppressed.

    It suppresses nothing. The forms are `# beakerspec: ignore[rule, …]` behind a line or above it, and `#
    beakerspec: ignore-file[rule, …]`. What keeps a file from being read cannot be suppressed.
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
