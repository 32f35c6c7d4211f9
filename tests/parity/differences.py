"""The deliberate differences from beaker-py 1.38.1: the rows of README.md's table, and what each explains.

A difference that no row explains is a bug, and so is one that two rows explain. Run as a script, this prints
the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal

__all__ = ["DIFFERENCES", "Difference", "Kind", "markdown"]

#: How the two differ about an input: beakerspec refuses what beaker-py accepts, accepts what it refuses, or
#: both accept it and write different specs.
Kind = Literal["refuses", "accepts", "writes"]


@dataclass(frozen=True)
class Difference:
    """One row. The texts are those of README.md's table, in Markdown."""

    name: str
    #: What beaker-py 1.38.1 does.
    beaker_py: str
    #: What beakerspec does.
    beakerspec: str
    why: str
    #: Patterns of the ids of inputs, for each kind of difference that the row explains about them.
    refuses: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    #: The calls of `behaviour` that differ, with the outcome in beakerspec.
    behaviour: Mapping[str, Any] = field(default_factory=dict)

    def explains(self, kind: Kind, name: str) -> bool:
        """Whether the row says why the two differ in this way about the input of this id."""
        return any(fnmatchcase(name, pattern) for pattern in getattr(self, kind))


#: What a call gives that ends in one of these.
_VALUE_ERROR = {"raises": "ValueError"}
_TYPE_ERROR = {"raises": "TypeError"}
_ATTRIBUTE_ERROR = {"raises": "AttributeError"}


def _returns(value: Any) -> dict[str, Any]:
    return {"returns": value}


DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        name="frozen-values",
        beaker_py=(
            "Fields, constraints and lists can be changed in place, and `TaskSpec.new(cluster=…)` changes "
            "the `constraints` that it is given."
        ),
        beakerspec="Nothing can be changed; `with_*` and `attrs.evolve` make changed copies.",
        why=(
            "A spec can be hashed, shared between threads and by the specs that are derived from it, and a "
            "derived one never changes its origin."
        ),
        behaviour={
            "set_a_field": _ATTRIBUTE_ERROR,
            "set_a_constraint": _ATTRIBUTE_ERROR,
            "append_to_a_command": _ATTRIBUTE_ERROR,
            "new_changes_its_constraints": _returns({"hostname": ["h"]}),
        },
    ),
    Difference(
        name="env-var-replaced",
        beaker_py="`with_env_var` appends a variable, also where the task has one of that name.",
        beakerspec="It takes the place of the variable of that name; a new one is appended.",
        why="Names must be unique, so that appending makes a spec that Beaker refuses.",
        behaviour={
            "with_env_var_again": _returns([{"name": "A", "secret": "s"}, {"name": "B", "secret": "s"}]),
        },
    ),
    Difference(
        name="checked-edits",
        beaker_py="`with_name`, `with_command` and the like store whatever they are given.",
        beakerspec="They check it as the constructor does.",
        why="A mistake is found in the line that makes it, not when the experiment is created.",
        behaviour={"with_name_of_a_number": _VALUE_ERROR, "with_command_of_a_text": _VALUE_ERROR},
    ),
    Difference(
        name="unknown-keyword",
        beaker_py=(
            "A keyword that is no field is ignored with a warning, and a file's name such as `gpuCount` "
            "works as a keyword."
        ),
        beakerspec="Both are a `TypeError`; `from_json` reads a file's names.",
        why=(
            "A misspelt keyword would silently drop a setting, and type checkers can see none that goes "
            "through `**kwargs`."
        ),
        behaviour={
            "unknown_keyword_of_a_class": _TYPE_ERROR,
            "keyword_in_the_spelling_of_files": _TYPE_ERROR,
            "unknown_keyword_of_new": _TYPE_ERROR,
            "unknown_keyword_of_with_resources": _TYPE_ERROR,
        },
    ),
    Difference(
        name="missing-keyword",
        beaker_py="A constructor without a needed field raises pydantic's `ValidationError`.",
        beakerspec="It raises Python's `TypeError`.",
        why=(
            "The constructors have real signatures, so that Python itself reports what is missing, as for any function."
        ),
        behaviour={"task_without_an_image": _TYPE_ERROR},
    ),
    Difference(
        name="clusters-in-a-tuple",
        beaker_py='`new(cluster=("a", "b"))` ignores the clusters, since they are no list.',
        beakerspec="Any sequence of names is taken.",
        why="Without its clusters the task may run anywhere.",
        behaviour={
            "new_task_with_a_tuple_of_clusters": _returns(
                {
                    "name": "t",
                    "image": {},
                    "result": {"path": "/unused"},
                    "context": {},
                    "constraints": {"cluster": ["c", "e"]},
                    "hostNetworking": False,
                    "leaderSelection": False,
                }
            ),
        },
    ),
    Difference(
        name="no-model-methods",
        beaker_py="Specs have pydantic's methods (`model_dump`, `model_copy`, …) and can be iterated over.",
        beakerspec="They are attrs classes: `to_json`, `attrs.evolve`, `attrs.fields`.",
        why="There is no pydantic.",
        behaviour={"model_methods": _returns([]), "pairs_of_a_spec": _TYPE_ERROR},
    ),
    Difference(
        name="one-kind-of-error",
        beaker_py=(
            "A bad file raises one of `yaml.YAMLError`, `TypeError`, `UnicodeDecodeError` and pydantic's "
            "`ValidationError`."
        ),
        beakerspec=("It raises a `ValidationError`, which is a `ValueError`, with all the problems and their places."),
        why="One `except` clause is enough, and it need not know what reads the files.",
        behaviour={
            "file_of_two_documents": _VALUE_ERROR,
            "file_of_nothing": _VALUE_ERROR,
            "file_of_a_list": _VALUE_ERROR,
            "file_with_an_unquoted_template": _VALUE_ERROR,
            "file_with_a_python_tag": _VALUE_ERROR,
        },
    ),
    Difference(
        name="no-document-in-errors",
        beaker_py="The text of an error shows the data around the mistake, and the whole document is logged.",
        beakerspec="Neither happens, and the value of an environment variable is never shown.",
        why="Specs hold secrets, and errors end up in logs.",
        behaviour={"error_shows_the_document": _returns(False)},
    ),
    Difference(
        name="text-as-written",
        beaker_py=(
            "In a file, an unquoted `0123`, `1.10`, `yes`, `12:30:45` or `2024-01-01` is refused where text"
            " belongs, and in a command most of them turn into other text (`83`)."
        ),
        beakerspec=(
            "A text field holds the text that stands in the file; a command holds a number where printing "
            "it gives that text, else the text."
        ),
        why="Beaker's own reader takes them so, and so do the authors of most specs.",
        behaviour={
            "file_of_numbers_as_text": _returns([{"name": "A", "value": "0123"}, {"name": "B", "value": "1.10"}]),
            "file_of_words_as_text": _returns([{"name": "yes", "value": "off"}, {"name": "B", "value": "true"}]),
            "file_of_times_and_dates_as_text": _returns(
                [{"name": "A", "value": "12:30:45"}, {"name": "B", "value": "2024-01-01"}]
            ),
            "file_with_a_command_of_odd_numbers": _returns(["0123", "1.10", "0x10", "1_000", "12:30:45"]),
            "file_with_a_command_of_a_date": _returns(["2024-01-01"]),
        },
    ),
    Difference(
        name="boolean-in-a-command",
        beaker_py="`true` and `false` in `command` and `arguments` become `1` and `0`.",
        beakerspec=("In a file they are their text, `yes` and `no` too; in Python and JSON data they are an error."),
        why="The program is to see what was written, and a boolean in data has no text of its own.",
        refuses=("task.command=item-true", "task.command=item-false", "task.arguments=item-true"),
        behaviour={"file_with_a_command_of_booleans": _returns(["true", "no"])},
    ),
    Difference(
        name="no-base-60",
        beaker_py="In a file, `replicas: 1:30` is 90.",
        beakerspec="It is an error.",
        why="Nobody who writes `1:30` means 90, and YAML 1.2 and Go read it as text.",
        behaviour={"file_with_a_number_of_base_60": _VALUE_ERROR},
    ),
    Difference(
        name="key-given-twice",
        beaker_py="Of a key that a mapping of a file has twice, the last is taken.",
        beakerspec="It is an error that names both places.",
        why="One of the two values would be lost without a word.",
        behaviour={"file_with_a_key_given_twice": _VALUE_ERROR},
    ),
    Difference(
        name="two-spellings",
        beaker_py="Of `hostNetworking` and `host_networking` in one mapping, the last is taken.",
        beakerspec="It is an error.",
        why="One of the two values would be lost without a word.",
        refuses=("*+*=same", "*+*=different", "source=hostPath-and-host_path-null"),
    ),
    Difference(
        name="text-is-no-number",
        beaker_py='`"2"` is 2 where a number belongs.',
        beakerspec="It is an error that says to drop the quotes.",
        why=(
            "Go's decoders, which Beaker uses, refuse it, so that the mistake would show only when the "
            "experiment is created."
        ),
        refuses=(
            "*.allowedTaskRetries=number-text",
            "task.replicas=number-text",
            "resources.?puCount=*-text",
        ),
        behaviour={"with_retries_of_a_text": _VALUE_ERROR},
    ),
    Difference(
        name="booleans-are-no-numbers",
        beaker_py="`true` is 1 and `false` is 0 where a number or a duration belongs.",
        beakerspec="It is an error.",
        why="It is always a mistake.",
        refuses=(
            *(
                "*.allowedTaskRetries=true",
                "task.replicas=true",
                "resources.?puCount=true",
                "task.*imeout=true",
            ),
            *(
                "*.allowedTaskRetries=false",
                "task.replicas=false",
                "resources.?puCount=false",
                "task.*imeout=false",
            ),
        ),
    ),
    Difference(
        name="numbers-and-words-are-no-booleans",
        beaker_py=('`1`, `0`, `1.0`, `"yes"`, `"true"`, `"1"` and the like are booleans where one belongs.'),
        beakerspec=("They are an error; in a file, unquoted `yes`, `on`, `true` and their opposites are booleans."),
        why="Go's decoders, which Beaker uses, refuse them.",
        refuses=(
            *("*Networking=zero", "*Networking=one*", "*Networking=number-text", "*Networking=word-*"),
            *("*Selection=zero", "*Selection=number-text", "*Selection=word-*"),
            *("task.propagate*=zero", "task.propagate*=number-text", "task.propagate*=word-*"),
            *("*.preemptible=zero", "*.preemptible=number-text", "*.preemptible=word-*"),
        ),
    ),
    Difference(
        name="null-means-default",
        beaker_py="Null is refused for `version`, `tasks`, `hostNetworking` and `leaderSelection`.",
        beakerspec="Null means that the field was left out.",
        why="So it does for all other fields, and templates leave empty values behind.",
        accepts=(
            "experiment.tasks=null",
            "experiment.version=null",
            "task.*etworking=null",
            "task.leader*=null",
        ),
    ),
    Difference(
        name="result-and-context-optional",
        beaker_py="A task needs `result` with a `path`, and `context`.",
        beakerspec="Both may be missing, and `result: {path: }` or `result: {}` is a task without a result.",
        why="Beaker needs neither: of 783 real specs, 39 leave out `result` and 39 `context`.",
        accepts=(
            *("task.context=missing", "task.context=null", "task.result=missing", "task.result=null"),
            *("result.path=null", "result.path=missing", "task.result=empty-mapping"),
            *("whole=image-alone", "whole=no-result-in-the-second-task"),
        ),
        behaviour={
            "file_with_a_null_result_path": _returns(
                [{"image": {"docker": "d"}, "context": {}, "hostNetworking": False, "leaderSelection": False}]
            ),
        },
    ),
    Difference(
        name="one-cluster-as-text",
        beaker_py=('`constraints.cluster: name` is refused, and `with_constraint(cluster="name")` stores the text.'),
        beakerspec="Both mean a list of one cluster.",
        why="27 of 783 real specs say so, and they mean one cluster.",
        accepts=("constraints.cluster=text", "constraints.cluster=empty-text"),
        behaviour={"with_constraint_of_a_text": _returns(["e"])},
    ),
    Difference(
        name="fields-since-2",
        beaker_py=(
            "`groups`, `minRuntime`, `autoResume`, `mode` and `volume` are unknown: they are dropped with a warning."
        ),
        beakerspec="They are fields, which are checked, kept and written.",
        why="Beaker has them now, as beaker-py 2.8 has.",
        refuses=(
            "experiment.groups=*",
            "context.minRuntime=*",
            "context.autoResume=*",
            "mount.mode=*",
            "source.volume=*",
        ),
        writes=(
            *(
                "experiment.groups=*",
                "context.minRuntime=*",
                "context.autoResume=*",
                "mount.mode=*",
                "source.volume=*",
            ),
            *("context.min_runtime=right", "context.auto_resume=right"),
            *("whole=fields-of-2", "whole=preemptible-beside-autoResume"),
        ),
    ),
    Difference(
        name="unknown-fields-survive",
        beaker_py=("A field that it does not know is dropped with a warning, and so is a constraint that is null."),
        beakerspec=("It is kept in `extra` and written back, with a warning that names the field that it resembles."),
        why="A spec that uses a newer field of Beaker would run without it.",
        writes=(
            *("*.unknown=*", "task.command_=list", "experiment.self=text", "experiment.extra=mapping"),
            *("task.[Hh]ost*[Nn]etworking=true", "source=url-alone", "constraints.gpus=null"),
        ),
    ),
    Difference(
        name="names-of-something",
        beaker_py="A constraint may have an empty name.",
        beakerspec="An empty name is an error, as it is for every field.",
        why="A key that is left empty in a file is a slip, and nothing can be meant by it.",
        refuses=('constraints.""=*',),
    ),
    Difference(
        name="constraint-extra-names",
        beaker_py=(
            "A constraint that it does not know is written in lowerCamelCase: `gpu_type` becomes `gpuType`,"
            " and `cluster_` replaces `cluster`."
        ),
        beakerspec="It keeps the name that it has in the file.",
        why="The names belong to Beaker, and a name may have an underscore.",
        writes=tuple(
            f'constraints."{name}"=list'
            for name in (
                "_private",
                "a__b",
                "cluster_",
                "*_id",
                "gpu_type",
                "host_name",
                "model_config",
                "to_json",
            )
        ),
    ),
    Difference(
        name="compound-durations",
        beaker_py="A duration is one number and one unit: `1h30m`, `+5s` and `5us` are refused.",
        beakerspec="All of Go's durations are read, and all of beaker-py's.",
        why="Beaker is written in Go, and this is Go's notation.",
        accepts=(
            *('task.timeout="1h*', 'task.timeout="48h0m0s"', 'task.timeout="1m1h"', 'task.timeout="1s1s"'),
            *('task.timeout="[-+]*', 'task.timeout="5*s"', 'task.synchronizedStartTimeout="*"'),
        ),
    ),
    Difference(
        name="exact-durations",
        beaker_py="Texts for durations are computed with floats: `9007199254740993ns` loses a nanosecond.",
        beakerspec="They are computed exactly.",
        why="What is written is what runs.",
        writes=('task.timeout="9007199254740993ns"',),
    ),
    Difference(
        name="durations-strict",
        beaker_py="A line break may follow the unit of a duration.",
        beakerspec="It may not.",
        why="Go refuses it, and beaker-py reads it by a slip of a regular expression.",
        refuses=('task.timeout="1m\\n"',),
    ),
    Difference(
        name="finite-numbers",
        beaker_py="NaN and the infinities are numbers, in unknown fields too.",
        beakerspec="They are an error.",
        why="JSON cannot hold them, so that creating the experiment would fail.",
        refuses=(
            *("resources.cpuCount=*infinity", "task.command=item-infinity", "constraints.gpus=infinity"),
            *("resources.cpuCount=nan", "task.command=item-nan", "constraints.gpus=*nan", "*.un_known=nan"),
        ),
    ),
    Difference(
        name="numbers-of-64-bits",
        beaker_py="Whole numbers and durations may be of any size.",
        beakerspec="They fit 64 bits with a sign.",
        why="Go's integers, which Beaker's fields are, hold no more.",
        refuses=(
            "retry.*=*-64-bits",
            "retry.*=huge",
            "task.*Timeout=*-64-bits",
            "task.*Timeout=huge",
            'task.timeout="2562048h"',
        ),
    ),
    Difference(
        name="text-is-unicode",
        beaker_py="Half of a surrogate pair is accepted as text.",
        beakerspec="Text that UTF-8 cannot encode is an error.",
        why="It cannot be written to a file or sent.",
        refuses=('env-var.value="\\ud800"',),
    ),
    Difference(
        name="limited-depth",
        beaker_py="Data may be nested as deep as Python's recursion allows.",
        beakerspec="More than 100 levels are an error.",
        why="Deeper data crash parsers, and real specs have 7 levels.",
        refuses=("constraints.gpus=120-deep",),
    ),
    Difference(
        name="empty-image-text",
        beaker_py="`validate` takes an empty `beaker` or `docker` for an image.",
        beakerspec="An empty text counts as unset.",
        why="An empty text names no image.",
        behaviour={
            "validate_one_image_and_an_empty_one": _returns("valid"),
            "validate_an_empty_image": {"raises": "ExperimentSpecError"},
        },
    ),
)


def markdown() -> str:
    """The table as README.md shows it."""
    rows = ["| name | beaker-py 1.38.1 | beakerspec | why |", "|---|---|---|---|"]
    rows += [f"| `{row.name}` | {row.beaker_py} | {row.beakerspec} | {row.why} |" for row in DIFFERENCES]
    return "\n".join(rows)


if __name__ == "__main__":
    print(markdown())
