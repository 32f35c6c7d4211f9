"""The rules of reading: what keeps a file from giving a spec, and what is wrong with its suppressions.

These have no function: the readers, the converter and the suppressions find them. What is said here explains them.
"""

from __future__ import annotations

from textwrap import dedent

from ..limits import MAX_DEPTH, MAX_SIZE, MAX_VALUES
from .rule import Rule

__all__ = ["READING_RULES"]

_TASK = "tasks:\n- image: {docker: alpine}\n"


def _fatal(name: str, summary: str, why: str, *, bad: str, good: str) -> Rule:
    """A rule that a file has to keep to be read."""
    return Rule(
        name=name,
        severity="error",
        summary=summary,
        why=" ".join(dedent(why).split()),
        bad=dedent(bad).lstrip("\n"),
        good=dedent(good).lstrip("\n"),
        is_fatal=True,
    )


READING_RULES = (
    _fatal(
        "encoding",
        "A file is no UTF-8, or holds a character that cannot stand in YAML.",
        """Everything is written in UTF-8, with or without a byte-order mark. Control characters and half of a
        surrogate pair are no text, and nothing that reads the file would agree on them.""",
        bad=f'description: "\x07"\n{_TASK}',
        good=f'description: "\\a"\n{_TASK}',
    ),
    _fatal(
        "yaml-syntax",
        "The text is no YAML.",
        """The place is where the parser gave up, which is at the mistake or some way behind it. Common reasons: a text
        with a colon and a space, or one that starts with a special sign, stands without quotes; a tab indents a line;
        quotes or brackets are not closed.""",
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
    ),
    _fatal(
        "json-syntax",
        "The text of a JSON file is no JSON.",
        """A file whose name ends in .json is read as JSON, which knows no comments, no texts without quotes and no
        commas before a closing bracket.""",
        bad='{"tasks": [{"image": {"docker": "alpine"}},]}\n',
        good='{"tasks": [{"image": {"docker": "alpine"}}]}\n',
    ),
    _fatal(
        "empty-document",
        "A file holds nothing, or comments alone.",
        """A spec is a mapping with the fields of an experiment.""",
        bad="# nothing yet\n",
        good=_TASK,
    ),
    _fatal(
        "multiple-documents",
        "A file holds more than one YAML document.",
        """Three dashes at the start of a line begin another document, and only one of them would run. Put each spec
        into a file of its own.""",
        bad=f"{_TASK}---\n{_TASK}",
        good=_TASK,
    ),
    _fatal(
        "duplicate-key",
        "A mapping has a key twice.",
        """One of the two values would be lost without a word.""",
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
    ),
    _fatal(
        "two-spellings",
        "A field is given under two spellings of its name.",
        """A field has one name in files, such as hostNetworking, and one in Python, host_networking. Both are read, and
        one of the two values would be lost.""",
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
    ),
    _fatal(
        "key-type",
        "A key is no text.",
        """The keys of a spec are names of fields and constraints. A key that is left empty, or is a list, names
        none.""",
        bad=f"? [a, b]\n: 1\n{_TASK}",
        good=_TASK,
    ),
    _fatal(
        "unknown-tag",
        "A value has a YAML tag other than !!str.",
        """The fields say of what type a value is. A text that starts with an exclamation mark needs quotes.""",
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
    ),
    _fatal(
        "undefined-alias",
        "An alias names an anchor that does not stand before it.",
        """`*name` stands for what `&name` marks. A text that starts with an asterisk needs quotes.""",
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
    ),
    _fatal(
        "recursive-alias",
        "An alias stands inside of what it stands for.",
        """Written out, it would have no end.""",
        bad="""
            tasks: &tasks
            - image: {docker: alpine}
              more: *tasks
        """,
        good=_TASK,
    ),
    _fatal(
        "merge-key",
        "A merge key does not name mappings.",
        """`<<` takes the fields of other mappings over: an alias of one, or a list of such aliases.""",
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
    ),
    _fatal(
        "too-large",
        "A file is larger than is read.",
        f"""More than {MAX_SIZE:,} bytes are refused before they are looked at: the largest real spec has 156 thousand.
        In Python, `max_size` is another limit.""",
        bad="",
        good=_TASK,
    ),
    _fatal(
        "too-deep",
        "A value is nested too deeply.",
        f"""More than {MAX_DEPTH} levels are refused: they crash parsers, and real specs have 7. In Python, `max_depth`
        is another limit.""",
        bad=f"description: {'[' * MAX_DEPTH}{']' * MAX_DEPTH}\n{_TASK}",
        good=_TASK,
    ),
    _fatal(
        "too-many-values",
        "A file holds too many values, with its aliases written out.",
        f"""More than {MAX_VALUES:,} are refused: a few lines of aliases of aliases can stand for more than fits a
        machine. In Python, `max_values` is another limit.""",
        bad="a0: &a0 [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]\n"
        + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 7)),
        good=_TASK,
    ),
    _fatal(
        "go-template",
        "A Go template has not been expanded, or cannot be.",
        """Beaker's client replaces {{.Env.NAME}} by a variable of its environment before it reads a file, and knows no
        other template. beakerspec does so with --expand-env, --env and --env-file.""",
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
    ),
    _fatal(
        "old-format",
        "A spec is of the v1 format.",
        """Its tasks have a `spec`, where those of v2 have an image and all else directly. Beaker no longer runs
        them.""",
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
    ),
    _fatal(
        "missing-field",
        "A field that is needed is missing or null.",
        """A task needs an image, a variable a name, a mount a path and a source. One that seems to be there is most
        often misspelt.""",
        bad="""
            tasks:
            - name: train
        """,
        good="""
            tasks:
            - name: train
              image: {docker: alpine}
        """,
    ),
    _fatal(
        "invalid-type",
        "A value is of another type than its field.",
        """What would become of it differs from client to client.""",
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
    ),
    _fatal(
        "invalid-value",
        "A value is of the right type, and none that its field can have.",
        """Versions, priorities and modes of mounts are words of a list, and numbers fit 64 bits.""",
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
    ),
    _fatal(
        "quoted-number",
        "A number stands in quotes.",
        """In quotes it is a text, which Beaker's reader refuses where a number belongs.""",
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
    ),
    _fatal(
        "quoted-boolean",
        "A boolean stands in quotes.",
        """In quotes it is a text, which Beaker's reader refuses where a boolean belongs.""",
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
    ),
    _fatal(
        "null-item",
        "An item of a list is null.",
        """A dash with nothing behind it is an item all the same.""",
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
    ),
    _fatal(
        "duration",
        "A duration cannot be read.",
        """It is one or more numbers with their units: h, m, s, ms, us or ns, as in 90m or 1h30m. There are no days.
        (Source: Go's time.ParseDuration, which Beaker uses, and beaker-py 1.26.7.)""",
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
    ),
    Rule(
        name="unused-suppression",
        severity="warning",
        summary="A comment suppresses a rule that is not broken there.",
        why="What it was for has been mended or has moved, and it would hide the next mistake of that kind.",
        bad=f"# beakerspec: ignore-file[timeout]\n{_TASK}",
        good=_TASK,
    ),
    Rule(
        name="invalid-suppression",
        severity="warning",
        summary="A comment for beakerspec cannot be read, or names a rule that cannot be suppressed.",
        why="It suppresses nothing. The forms are `# beakerspec: ignore[rule, …]` behind a line or above it, and "
        "`# beakerspec: ignore-file[rule, …]`. What keeps a file from being read cannot be suppressed.",
        bad=f"# beakerspec: ignore[timeuot]\n{_TASK}",
        good=_TASK,
    ),
)
