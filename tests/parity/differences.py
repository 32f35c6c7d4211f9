"""The deliberate differences from beaker-py 1.38.1: the rows of the table in README.md, and what each explains.

A difference that no row explains is a bug, and so is one that two rows explain.
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
    """One row. The texts are those of the table in README.md, in Markdown."""

    name: str
    #: What beaker-py 1.38.1 does.
    beaker_py: str
    #: What beakerspec does.
    beakerspec: str
    why: str
    #: Patterns of the ids of inputs, files and values, for each kind of difference that the row explains about them.
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
_EXPERIMENT_SPEC_ERROR = {"raises": "ExperimentSpecError"}


def _returns(value: Any) -> dict[str, Any]:
    return {"returns": value}


DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        name="frozen-values",
        beaker_py=(
            "Fields, constraints and lists can be changed in place; constraints keep the lists that they are given, "
            "and `TaskSpec.new(cluster=…)` changes the `constraints` that it is given."
        ),
        beakerspec=(
            "Nothing can be changed, and lists are `FrozenList`s; a copy is the value itself, and `with_*` and "
            "`attrs.evolve` make changed ones."
        ),
        why=(
            "A spec can be hashed, shared between threads and by the specs that are derived from it, and a "
            "derived one never changes its origin."
        ),
        behaviour={
            "set_a_field": _ATTRIBUTE_ERROR,
            "set_a_field_of_a_part": _ATTRIBUTE_ERROR,
            "set_a_field_to_something_wrong": _ATTRIBUTE_ERROR,
            "set_an_attribute_that_is_no_field": _ATTRIBUTE_ERROR,
            "set_a_constraint": _ATTRIBUTE_ERROR,
            "set_a_constraint_as_an_attribute": _ATTRIBUTE_ERROR,
            "delete_a_field": _ATTRIBUTE_ERROR,
            "append_to_a_command": _ATTRIBUTE_ERROR,
            "append_to_a_constraint": _ATTRIBUTE_ERROR,
            "set_an_item_of_a_command": _TYPE_ERROR,
            "add_to_a_command_in_place": _returns([["python", 1, "x"], ["python", 1]]),
            "sort_clusters_in_place": _ATTRIBUTE_ERROR,
            "copy_a_command": _ATTRIBUTE_ERROR,
            "hash_a_list": _returns(True),
            "lists_are_lists": _returns([False, False]),
            "list_as_yaml": {"raises": "Exception"},
            "mappings_in_constraints_are_dicts": _returns(False),
            "mapping_in_constraints_as_json": _TYPE_ERROR,
            "copies_are_the_value_itself": _returns([True, True, True]),
            "new_changes_its_constraints": _returns({"hostname": ["h"]}),
            "constraint_keeps_no_list": _returns({"gpu": ["a"]}),
            "from_json_keeps_no_list": _returns({"gpu": ["a"]}),
            "with_command_keeps_no_list": _returns(["a"]),
            "with_constraint_keeps_no_list": _returns(["a"]),
        },
    ),
    Difference(
        name="equal-sequences",
        beaker_py="A list equals no tuple, so that `ExperimentSpec()` is not `ExperimentSpec(tasks=[])`.",
        beakerspec="Sequences of the same items are equal, and can be added to each other.",
        why="They are written as the same spec.",
        behaviour={
            "equality_of_lists_and_tuples": _returns([True, True, True]),
            "add_a_tuple_to_a_list": _returns(["python", 1, "x"]),
        },
    ),
    Difference(
        name="enum-members",
        beaker_py=(
            "`priority` and `version` hold a text, except a `version` that was left out; `list(Priority)` starts with "
            "`immediate`."
        ),
        beakerspec="They hold members of `Priority` and `SpecVersion`, which are texts as well; `low` comes first.",
        why="A field holds one kind of value, however it was given, and `is` and `.value` work.",
        behaviour={
            "priority_of_a_task_is_an_enum": _returns([True, True]),
            "version_of_a_spec_is_an_enum": _returns([True, True]),
            "value_of_the_priority_of_a_task": _returns("high"),
            "priority_of_a_task_as_yaml": {"raises": "Exception"},
            "order_of_priorities": _returns(["low", "normal", "high", "urgent", "immediate", "preemptible"]),
        },
    ),
    Difference(
        name="items-are-attributes",
        beaker_py='`task["image"]` is a new `dict`, and `task[0]` an `AttributeError`.',
        beakerspec='`task["image"]` is `task.image`, and `task[0]` a `KeyError`.',
        why="Items and attributes are two ways to say the same.",
        behaviour={
            "items_are_what_attributes_are": _returns([True, True]),
            "item_by_a_number": {"raises": "KeyError"},
        },
    ),
    Difference(
        name="short-repr",
        beaker_py="`repr` and `str` show every field.",
        beakerspec="They show the fields that differ from their defaults, as an expression for an equal value.",
        why="A task has 17 fields, most of which are nearly always unset.",
        behaviour={
            "text_of_a_spec": _returns(["EnvVar(name='A', value='x')", True]),
            "text_of_constraints": _returns("Constraints(cluster=['c'], gpuType=['g'])"),
            "text_of_a_mount": _returns("DataMount(mount_path='/m', source=DataSource(beaker='b'))"),
            "text_of_a_priority_for_programmers": _returns("Priority.low"),
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
        behaviour=dict.fromkeys(
            (
                *("with_name_of_a_number", "with_description_of_a_number", "with_description_of_half_a_surrogate_pair"),
                *("with_command_of_a_text", "with_command_of_a_boolean", "with_command_of_a_mapping"),
                *("with_command_of_lists", "with_command_of_null", "with_arguments_of_a_text"),
                *("with_constraint_of_a_hostname_as_text", "with_constraint_of_a_number"),
                *("with_constraint_of_an_object", "with_task_of_another_class"),
            ),
            _VALUE_ERROR,
        ),
    ),
    Difference(
        name="mappings-for-parts",
        beaker_py="`with_task` takes no mapping, and `from_json` nothing that is made already.",
        beakerspec="They take both, as constructors do.",
        why="What can be given to one can be given to all.",
        behaviour={
            "with_task_of_a_mapping": _returns(["t", "u"]),
            "from_json_of_an_instance": _returns({"name": "A"}),
        },
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
            "new_experiment_with_a_version": _TYPE_ERROR,
            "new_experiment_with_a_retry": _TYPE_ERROR,
        },
    ),
    Difference(
        name="missing-keyword",
        beaker_py="A constructor without a needed field raises pydantic's `ValidationError`.",
        beakerspec="It raises Python's `TypeError`.",
        why=(
            "The constructors have real signatures, so that Python itself reports what is missing, as for any function."
        ),
        behaviour=dict.fromkeys(
            (
                *("task_without_an_image", "variable_without_a_name", "mount_without_a_source"),
                *("result_without_a_path", "with_result_of_nothing"),
            ),
            _TYPE_ERROR,
        ),
    ),
    Difference(
        name="clusters-in-a-tuple",
        beaker_py='`new(cluster=("a", "b"))` ignores the clusters, since they are no list.',
        beakerspec="Any sequence of names is taken, and anything else is an error.",
        why="Without its clusters the task may run anywhere.",
        refuses=("python:new.cluster=list-*",),
        writes=("python:new.cluster=list-*",),
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
        beaker_py=(
            "Specs have pydantic's methods (`model_dump`, `copy`, …), `vars` and weak references, and can be iterated "
            'over, so that `"cluster" in constraints` is false.'
        ),
        beakerspec=(
            "They are attrs classes with slots: `to_json`, `attrs.evolve`, `attrs.fields`; iteration and `in` are a "
            "`TypeError`."
        ),
        why="There is no pydantic, and a spec takes a seventh of the memory.",
        behaviour={
            "model_methods": _returns([]),
            "methods_of_pydantic_1": _returns([]),
            "vars_of_a_spec": _TYPE_ERROR,
            "weak_reference_to_a_spec": _TYPE_ERROR,
            "pairs_of_a_spec": _TYPE_ERROR,
            "pairs_of_constraints": _TYPE_ERROR,
            "dict_of_a_spec": _TYPE_ERROR,
            "name_in_a_spec": _TYPE_ERROR,
            "name_in_constraints": _TYPE_ERROR,
        },
    ),
    Difference(
        name="one-kind-of-error",
        beaker_py=(
            "Bad files and data raise one of `yaml.YAMLError`, `TypeError`, `AttributeError`, `UnicodeDecodeError` "
            "and pydantic's `ValidationError`; an `ExperimentSpecError` is no `ValueError`."
        ),
        beakerspec=(
            "They raise a `ValidationError`, which is a `ValueError` as `ExperimentSpecError` is, with all `problems` "
            "and their places instead of `errors()`."
        ),
        why="One `except` clause is enough, and it need not know what reads the files.",
        behaviour={
            "file_of_two_documents": _VALUE_ERROR,
            "file_of_nothing": _VALUE_ERROR,
            "file_of_a_list": _VALUE_ERROR,
            "file_with_an_unquoted_template": _VALUE_ERROR,
            "file_with_a_python_tag": _VALUE_ERROR,
            "from_json_of_null": _VALUE_ERROR,
            "from_json_of_a_list": _VALUE_ERROR,
            "from_json_of_a_text": _VALUE_ERROR,
            "from_json_of_keys_that_are_no_text": _VALUE_ERROR,
            "from_json_of_keys_in_a_part_that_are_no_text": _VALUE_ERROR,
            "new_task_with_constraints_of_a_text": _VALUE_ERROR,
            "with_task_of_null": _VALUE_ERROR,
            "error_of_a_broken_rule": _returns("a ValueError"),
            "errors_as_pydantic_lists_them": _returns(False),
        },
    ),
    Difference(
        name="no-document-in-errors",
        beaker_py="The text of an error shows the data around the mistake, and the whole document is logged.",
        beakerspec="Neither happens, and the value of an environment variable is never shown.",
        why="Specs hold secrets, and errors end up in logs.",
        behaviour={"error_shows_the_document": _returns(False), "error_is_logged": _returns(False)},
    ),
    Difference(
        name="paths-only",
        beaker_py="`from_file` and `to_file` take the number of an open file, too.",
        beakerspec="They take a path, and a number is a `TypeError`.",
        why="The name of a file says how it is read, and stands in the messages.",
        behaviour={"from_file_of_a_descriptor": _TYPE_ERROR, "to_file_of_a_descriptor": _TYPE_ERROR},
    ),
    Difference(
        name="files-in-one-step",
        beaker_py="`to_file` empties the file, then writes to it.",
        beakerspec=(
            "It puts a new file in the place of the old one, which stays as it was after a failure, and for other "
            "hard links to it."
        ),
        why="Nobody reads half a spec, but where a file can only be written in place.",
        behaviour={"to_file_that_fails": _returns("before"), "to_file_of_one_of_two_names": _returns(False)},
    ),
    Difference(
        name="readable-files",
        beaker_py=(
            "`to_json` gives the keys in the order of its classes; in a file they are sorted, durations in "
            "nanoseconds, and signs other than ASCII escaped."
        ),
        beakerspec=(
            "Keys stand in the order of the format's documentation; in a file durations are `90m`, lines a block, and "
            "signs as they are."
        ),
        why="People read and compare these files.",
        behaviour={
            "file_of_signs": _returns([True, True]),
            "file_of_a_duration": _returns(True),
            "file_of_lines": _returns(True),
            "order_of_keys_in_a_file": _returns(["version", "description", "budget", "tasks"]),
            "order_of_keys_of_a_spec": _returns(["version", "description", "budget", "retry", "tasks"]),
            "order_of_keys_of_a_task": _returns(
                [
                    *("name", "image", "command", "arguments", "envVars", "datasets", "result", "resources"),
                    *("context", "constraints", "hostNetworking", "leaderSelection"),
                ]
            ),
            "order_of_keys_of_a_mount": _returns(["mountPath", "source"]),
        },
    ),
    Difference(
        name="json-files",
        beaker_py="Every file is read and written as YAML, whatever its name is.",
        beakerspec=(
            "A file whose name ends in `.json` is JSON: comments, a comma after the last item and whatever else only "
            "YAML has are errors, and `1e3` is a number."
        ),
        why="Everyone else takes such a file for JSON.",
        refuses=(
            *("json:yaml*", "json:comment", "json:comma-at-the-end", "json:single-quotes", "json:anchor"),
            *("json:*-before-a-number", "json:boolean-in-capitals", "json:word-for-a-boolean"),
            *("json:text-over-lines", "json:text-with-a-tab"),
        ),
        accepts=(
            *("json:tabs", "json:text-with-a-delete", "json:key-of-1025-characters"),
            "json:exponent-for-an-integer",
        ),
        writes=("json:exponent-*",),
        behaviour={"file_of_json": _returns("b")},
    ),
    Difference(
        name="text-as-written",
        beaker_py=(
            "In a file, an unquoted `0123`, `1.10`, `yes`, `12:30:45` or `2024-01-01` is refused where text or a name "
            "belongs, and in commands and constraints most of them turn into something else (`83`, a `date`)."
        ),
        beakerspec=(
            "A text field holds the text that stands in the file; a command or a constraint holds a number where "
            "printing it gives that text, else the text."
        ),
        why="Beaker's own reader takes them so, and so do the authors of most specs.",
        accepts=(
            *("yaml:env-var.value=*", "yaml:constraints.key=*", "yaml:task.command=2024*"),
            *("yaml:task.command=<<", "yaml:task.command==", "yaml:constraints.gpu=<<", "yaml:constraints.gpu=="),
            *("yaml:after=alias-of-a-number-as-text", "yaml:after=key-of-*", "yaml:after=unquoted-words-as-names"),
            *("yaml:after=*-of-5000-digits", "yaml:json=*-as-text"),
        ),
        writes=(
            *("yaml:task.command=[-+.0-9]*", "yaml:constraints.gpu=[-+.0-9]*", "yaml:constraints.gpu=[TYynoO]*"),
            *("yaml:json=number-in-a-command", "yaml:json=minus-zero-in-a-command"),
        ),
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
        name="numbers-in-files",
        beaker_py=(
            "In a file, `1e3` and `0o10` are text: no integers, and `timeout: 1e9` is in seconds; `08` is 8 and "
            "`1_0.5` is 10.5."
        ),
        beakerspec=(
            "`1e3` and `0o10` are numbers, so that `timeout: 1e9` is in nanoseconds; `1_0.5` is an error, and so is "
            "`08` for an integer."
        ),
        why=(
            "Go and YAML 1.2 read the first two as numbers; the other two are numbers in one version of YAML and text "
            "in the other."
        ),
        refuses=(
            *("yaml:task.replicas=08", "yaml:resources.cpuCount=1_0.5*", "yaml:task.*=1_0.5e+1"),
            *("yaml:task.timeout=-.5", "yaml:task.timeout=1e-4", "yaml:task.timeout=5e-324"),
        ),
        accepts=("yaml:*=*0o10", "yaml:task.replicas=*[eE]*", "yaml:json=exponent-for-an-integer"),
        writes=("yaml:task.timeout=*", "yaml:json=exponent-for-a-duration"),
    ),
    Difference(
        name="tags",
        beaker_py=(
            "In a file, a tag such as `!!int`, `!!bool`, `!!null`, `!!binary` or `!!seq` makes a value what it says."
        ),
        beakerspec="Only `!!str` and `!` are read; any other tag is an error.",
        why="The field says what a value is: a tag can only repeat or contradict it.",
        refuses=(
            *("yaml:*=!!int*", "yaml:*=!!float*", "yaml:*=!!bool*", "yaml:*=!!null*", "yaml:*=!!binary*"),
            *("yaml:*=!!timestamp*", "yaml:after=tag-*", "yaml:after=merge-key-by-a-tag", "yaml:whole=tag-map"),
            "yaml:whole=short-for-a-tag",
        ),
    ),
    Difference(
        name="yaml-syntax",
        beaker_py=(
            "In a file, a tab between words and a name given to two anchors are errors, and a byte-order mark inside "
            "of text is none."
        ),
        beakerspec="It is the other way round.",
        why="YAML allows the first two, and libyaml refuses the third.",
        refuses=("yaml:after=text-with-a-byte-order-mark",),
        accepts=("yaml:after=tab-*", "yaml:json=tabs", "yaml:after=anchor-given-twice"),
    ),
    Difference(
        name="boolean-in-a-command",
        beaker_py="`true` and `false` in `command` and `arguments` become `1` and `0`.",
        beakerspec=("In a file they are their text, `yes` and `no` too; in Python and JSON data they are an error."),
        why="The program is to see what was written, and a boolean in data has no text of its own.",
        refuses=(
            *("task.command=item-true", "task.command=item-false", "task.arguments=item-true"),
            "json:boolean-in-a-command",
        ),
        writes=(
            *("yaml:task.command=[tTfyYnoO]*", "yaml:task.command=! true"),
            "yaml:json=boolean-in-a-command",
        ),
        behaviour={"file_with_a_command_of_booleans": _returns(["true", "no"])},
    ),
    Difference(
        name="no-base-60",
        beaker_py="In a file, `replicas: 1:30` is 90.",
        beakerspec="It is an error.",
        why="Nobody who writes `1:30` means 90, and YAML 1.2 and Go read it as text.",
        refuses=("yaml:task.*=*:*", "yaml:resources.cpuCount=*:*"),
        behaviour={"file_with_a_number_of_base_60": _VALUE_ERROR},
    ),
    Difference(
        name="key-given-twice",
        beaker_py="Of a key that a mapping of a file has twice, the last is taken.",
        beakerspec="It is an error that names both places.",
        why="One of the two values would be lost without a word.",
        refuses=(
            *("yaml:*=key-given-twice*", "json:key-given-twice"),
            *("yaml:after=merge-key-twice", "yaml:after=merge-key-of-a-key-given-twice"),
        ),
        behaviour={"file_with_a_key_given_twice": _VALUE_ERROR},
    ),
    Difference(
        name="two-spellings",
        beaker_py="Of `hostNetworking` and `host_networking` in one mapping, the last is taken.",
        beakerspec="It is an error.",
        why="One of the two values would be lost without a word.",
        refuses=("*+*=same", "*+*=different", "source=hostPath-and-host_path-null"),
        behaviour={"constraints_in_two_spellings": _VALUE_ERROR},
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
            *('yaml:task.replicas="5"', "yaml:task.replicas='5'", "yaml:task.replicas=!!str 5"),
            *('yaml:resources.cpuCount="5"', "yaml:resources.cpuCount='5'", "yaml:resources.cpuCount=!!str 5"),
            *("yaml:after=number-as-a-*", "*json?text-as-number"),
            *("python:task.replicas=*text*", "python:resources.cpuCount=*text*"),
        ),
        behaviour={"with_retries_of_a_text": _VALUE_ERROR, "with_resources_of_a_text": _VALUE_ERROR},
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
            *("yaml:task.replicas=[tTfYynoO]*", "yaml:task.timeout=[tTfYynoO]*", "yaml:*=! true"),
            *("yaml:resources.cpuCount=[tTfYyoO]*", "yaml:resources.cpuCount=no"),
        ),
        behaviour={"with_resources_of_a_boolean": _VALUE_ERROR, "with_retries_of_a_boolean": _VALUE_ERROR},
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
            *("yaml:task.hostNetworking=[-+0-9]*", "yaml:task.hostNetworking=[tfyYn]*"),
            *('yaml:task.hostNetworking="true"', "yaml:task.hostNetworking=!!str true"),
            "python:context.preemptible=*",
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
            *("yaml:task.hostNetworking=", "yaml:task.hostNetworking=~", "yaml:task.hostNetworking=[nN]*"),
            "yaml:whole=tasks-null",
        ),
        behaviour={
            "new_task_with_null_for_a_boolean": _returns(False),
            "experiment_of_null": _returns({"version": "v2", "tasks": []}),
        },
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
            "new_task_with_no_result": _returns(False),
            "task_without_a_result": _returns(
                {"image": {"docker": "d"}, "context": {}, "hostNetworking": False, "leaderSelection": False}
            ),
            **dict.fromkeys(
                ("task_without_a_context", "task_of_a_null_context"),
                _returns(
                    {
                        "image": {"docker": "d"},
                        "result": {"path": "/r"},
                        "context": {},
                        "hostNetworking": False,
                        "leaderSelection": False,
                    }
                ),
            ),
        },
    ),
    Difference(
        name="one-cluster-as-text",
        beaker_py=('`constraints.cluster: name` is refused, and `with_constraint(cluster="name")` stores the text.'),
        beakerspec="Both mean a list of one cluster.",
        why="27 of 783 real specs say so, and they mean one cluster.",
        accepts=(
            "constraints.cluster=text",
            "constraints.cluster=empty-text",
            "python:constraints.cluster=list-*text*",
        ),
        behaviour={
            "with_constraint_of_a_text": _returns(["e"]),
            "constraints_of_one_cluster_as_text": _returns({"cluster": ["c"]}),
        },
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
        beaker_py=(
            "A field that it does not know is dropped, with a warning where the name is new; so is a constraint that "
            "is null."
        ),
        beakerspec=(
            "It is kept in `extra` and written back, with a warning each time, at the caller's line, that names the "
            "field that it resembles."
        ),
        why="A spec that uses a newer field of Beaker would run without it.",
        writes=(
            *("*.unknown=*", "task.command_=list", "experiment.self=text", "experiment.extra=mapping"),
            *("task.[Hh]ost*[Nn]etworking=true", "source=url-alone", "constraints.gpus=null"),
            *("yaml:after=unknown-field*", "yaml:after=key-without-a-value", "yaml:after=merge-key-in-quotes"),
            *("*json?merge-key", "python:*=mapping-key-of-enum"),
        ),
        behaviour={
            "unknown_field_warns_each_time": _returns(2),
            "unknown_field_warns_at_the_call": _returns([True]),
            "unknown_field_as_a_keyword_named_extra": _returns({"allowedTaskRetries": 1, "colour": "red"}),
            "item_named_extra": _returns({}),
        },
    ),
    Difference(
        name="names-of-something",
        beaker_py="A field or a constraint may have an empty name, and a mapping in a constraint keys of any kind.",
        beakerspec="A name is a text, and not an empty one.",
        why="A key that is left empty in a file is a slip, and JSON has no other keys than texts.",
        refuses=(
            'constraints.""=*',
            *('yaml:constraints.key=""', "yaml:constraints.key=''"),
            "python:*=mapping-key-of-*",
        ),
    ),
    Difference(
        name="constraint-extra-names",
        beaker_py=(
            "A constraint that it does not know is written in lowerCamelCase (`gpu_type` becomes `gpuType`, "
            "`cluster_` replaces `cluster`), is read as `constraints.gpu_type` only, and cannot be given as `self`."
        ),
        beakerspec="It keeps the name that it has in the file, and is read in either spelling.",
        why="The names belong to Beaker, and a name may have an underscore.",
        writes=(
            *('constraints."_private"=list', 'constraints."a__b"=list', 'constraints."cluster_"=list'),
            *('constraints."*_id"=list', 'constraints."gpu_type"=list', 'constraints."host_name"=list'),
            *('constraints."model_config"=list', 'constraints."to_json"=list', "yaml:constraints.key=_1"),
        ),
        behaviour={
            "new_task_with_constraints_in_snake_case": _returns({"gpu_type": ["g"]}),
            "constraint_as_an_attribute_of_the_other_spelling": _returns(["g"]),
            "with_constraint_named_self": _returns({"cluster": ["c"], "gpuType": ["g"], "self": ["a"]}),
        },
    ),
    Difference(
        name="compound-durations",
        beaker_py="A duration is one number and one unit: `1h30m`, `+5s`, `5us` and a `timedelta` are refused.",
        beakerspec="All of Go's durations are read, all of beaker-py's, and `timedelta`.",
        why="Beaker is written in Go, and this is Go's notation.",
        accepts=(
            *('task.timeout="1h*', 'task.timeout="48h0m0s"', 'task.timeout="1m1h"', 'task.timeout="1s1s"'),
            *('task.timeout="[-+]*', 'task.timeout="5*s"', 'task.synchronizedStartTimeout="*"'),
            *("yaml:task.timeout=1h30m", "python:task.timeout=*"),
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
            *("yaml:resources.cpuCount=[-+.][.inIN]*", "yaml:resources.cpuCount=inf*"),
            *("yaml:resources.cpuCount=nan", "yaml:resources.cpuCount=1e400"),
            *("*json?nan", "*json?infinity", "json:exponent-that-is-too-large"),
        ),
    ),
    Difference(
        name="numbers-of-64-bits",
        beaker_py="Whole numbers and durations may be of any size.",
        beakerspec="They fit 64 bits with a sign, and in commands and constraints 640 digits.",
        why="Go's integers, which Beaker's fields are, hold no more, and Python prints no more.",
        refuses=(
            *("retry.*=*-64-bits", "retry.*=huge", "task.*Timeout=*-64-bits", "task.*Timeout=huge"),
            'task.timeout="2562048h"',
            *("yaml:task.*=*922337203685477580?", "yaml:task.*=1111*", "python:*=int-of-5000-digits"),
        ),
    ),
    Difference(
        name="text-is-unicode",
        beaker_py="Half of a surrogate pair is accepted as text, and in YAML a pair is two halves.",
        beakerspec="Text that UTF-8 cannot encode is an error.",
        why="It cannot be written to a file or sent.",
        refuses=('env-var.value="\\ud800"', "*text-with-a-surrogate-pair", "*text-with-half-a-surrogate-pair"),
    ),
    Difference(
        name="limited-depth",
        beaker_py="Data may be nested as deep as Python's recursion allows.",
        beakerspec="More than 100 levels are an error.",
        why="Deeper data crash parsers, and real specs have 7 levels.",
        refuses=("constraints.gpus=120-deep", "yaml:after=120-deep*"),
    ),
    Difference(
        name="limited-size",
        beaker_py="A file may be of any size, and its aliases may stand for any number of values.",
        beakerspec=(
            "More than 10 million characters, and more than a million values with the aliases written out, are an "
            "error; `max_size` and `max_values` set other bounds."
        ),
        why="A file of a few hundred characters can stand for more than a memory holds.",
        behaviour={
            "from_file_of_ten_million_characters": _VALUE_ERROR,
            "from_file_of_a_million_values": _VALUE_ERROR,
        },
    ),
    Difference(
        name="plain-values",
        beaker_py=(
            "A field takes what pydantic can convert, such as `bytes` for text and a `Decimal` for a number; a "
            "constraint takes any object."
        ),
        beakerspec=(
            "A text is a `str`, a number an `int` or a `float`, a mapping a `Mapping`, a list in a constraint a "
            "`list` or a `tuple`; anything else is an error."
        ),
        why="What a spec holds is what it was given, and JSON can hold it.",
        refuses=(
            *("python:*=bytes*", "python:*=bytearray", "python:*=memoryview", "python:*=decimal*"),
            *("python:*=fraction*", "python:*=complex", "python:*=date*", "python:*=time", "python:*=timedelta*"),
            *("python:*=path", "python:*=uuid", "python:*=pattern", "python:*=plain-enum*"),
            *("python:*=enum-of-numbers", "python:*=index", "python:*=to-be-*", "python:*=ellipsis"),
            *("python:*=object", "python:*=class", "python:*=function", "python:constraints.gpu=list-*"),
            *("python:*=mapping-mapping-of-old", "python:*=mapping-dataclass", "python:*=mapping-namespace"),
            "python:*=mapping-items",
        ),
        writes=("python:constraints.gpu=*",),
    ),
    Difference(
        name="sequences-only",
        beaker_py="A set, a generator, the keys of a `dict` and any other iterable are taken for a list.",
        beakerspec="A list is a sequence; any other iterable is an error.",
        why="A set has no order, and a generator is empty at the second look.",
        refuses=(
            *("python:task.command=list-*", "python:task.envVars=list-*", "python:experiment.tasks=list-*"),
            "python:constraints.cluster=list-*",
        ),
    ),
    Difference(
        name="all-rules",
        beaker_py="`validate` looks at the image of each task only, and stops at the first mistake.",
        beakerspec="It checks every rule that the format is known to have, and reports all mistakes.",
        why="They would show only when the experiment is created, or when it runs.",
        behaviour=dict.fromkeys(
            (
                *("validate_a_wrong_name_of_a_variable", "validate_two_variables_of_one_name"),
                *(
                    "validate_a_variable_of_value_and_secret",
                    "validate_a_relative_mount",
                    "validate_overlapping_mounts",
                ),
                *("validate_a_result_of_no_task", "validate_a_wrong_size", "validate_no_cpus"),
                *("validate_fewer_than_no_gpus", "validate_no_replicas", "validate_a_timeout_below_zero"),
                *("validate_a_start_timeout_of_days", "validate_many_retries"),
            ),
            _EXPERIMENT_SPEC_ERROR,
        ),
    ),
    Difference(
        name="empty-image-text",
        beaker_py="`validate` takes an empty `beaker` or `docker` for an image.",
        beakerspec="An empty text counts as unset.",
        why="An empty text names no image.",
        behaviour={
            "validate_one_image_and_an_empty_one": _returns("valid"),
            "validate_an_empty_image": _EXPERIMENT_SPEC_ERROR,
        },
    ),
)


_HEAD = """\
# Deliberate differences from beaker-py 1.38.1

`record.json` holds what beaker-py 1.38.1 and 2.8.1 do with the inputs, files, values and calls in this folder.
`tests/test_parity.py` compares beakerspec with 1.38.1: one row of this table must explain each difference, and each row
must explain one. `python tests/parity/record.py` records again what both releases do.

`python -m pytest tests/test_parity.py --update-golden` writes this page from `differences.py`.

"""


def markdown() -> str:
    """The page of the differences, README.md in this folder."""
    rows = ["| name | beaker-py 1.38.1 | beakerspec | why |", "|---|---|---|---|"]
    rows += [f"| `{row.name}` | {row.beaker_py} | {row.beakerspec} | {row.why} |" for row in DIFFERENCES]
    return _HEAD + "\n".join(rows) + "\n"
