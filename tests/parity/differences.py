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
            "Fields, constraints and lists can be changed in place. Constraints keep the lists that they get, and "
            "`TaskSpec.new(cluster=…)` changes the `constraints` that it gets."
        ),
        beakerspec=(
            "Nothing can be changed in place, and lists are `FrozenList`s. `with_*` and `attrs.evolve` return "
            "changed copies; `copy.copy` returns the value itself."
        ),
        why="Specs can be hashed and shared between threads, and a derived spec never changes the original.",
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
            "clusters_are_a_list": _returns([False, False]),
            "a_constraint_set_as_an_item": _ATTRIBUTE_ERROR,
            "source_changed_in_place": _ATTRIBUTE_ERROR,
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
        beaker_py="A list never equals a tuple, so `ExperimentSpec()` is not equal to `ExperimentSpec(tasks=[])`.",
        beakerspec="Sequences with the same items are equal, and can be added to each other.",
        why="A file has only one kind of list.",
        behaviour={
            "equality_of_lists_and_tuples": _returns([True, True, True]),
            "add_a_tuple_to_a_list": _returns(["python", 1, "x"]),
        },
    ),
    Difference(
        name="enum-members",
        beaker_py=(
            "`priority` and `version` hold text, except for the default of `version`. `list(Priority)` starts "
            "with `immediate`."
        ),
        beakerspec=(
            "They hold members of `Priority` and `SpecVersion`, which are also text. `list(Priority)` starts with "
            "`low`."
        ),
        why="A field holds one kind of value, and `is` and `.value` work.",
        behaviour={
            "priority_of_a_task_is_an_enum": _returns([True, True]),
            "version_of_a_spec_is_an_enum": _returns([True, True]),
            "value_of_the_priority_of_a_task": _returns("high"),
            "order_of_priorities": _returns(["low", "normal", "high", "urgent", "immediate", "preemptible"]),
        },
    ),
    Difference(
        name="items-are-attributes",
        beaker_py='`task["image"]` is a new `dict`, and `task[0]` raises an `AttributeError`.',
        beakerspec='`task["image"]` is `task.image`, and `task[0]` raises a `KeyError`.',
        why="Items and attributes are two ways to read the same field.",
        behaviour={
            "items_are_what_attributes_are": _returns([True, True]),
            "item_by_a_number": {"raises": "KeyError"},
        },
    ),
    Difference(
        name="short-repr",
        beaker_py="`repr` and `str` show all fields.",
        beakerspec=(
            "They show the fields that differ from their defaults. The text is an expression for an equal value."
        ),
        why="A task has 17 fields, and most of them are rarely set.",
        behaviour={
            "text_of_a_spec": _returns(["EnvVar(name='A', value='x')", True]),
            "text_of_constraints": _returns("Constraints(cluster=['c'], gpuType=['g'])"),
            "text_of_a_source": _returns("DataSource(host_path='/h')"),
            "text_of_a_mount": _returns("DataMount(mount_path='/m', source=DataSource(beaker='b'))"),
            "text_of_a_priority_for_programmers": _returns("Priority.low"),
        },
    ),
    Difference(
        name="env-var-replaced",
        beaker_py="`with_env_var` always appends, also if the task has a variable of that name.",
        beakerspec="It replaces a variable of that name, or appends a new one.",
        why="Beaker refuses a task with two variables of one name.",
        behaviour={
            "with_env_var_again": _returns([{"name": "A", "secret": "s"}, {"name": "B", "secret": "s"}]),
        },
    ),
    Difference(
        name="checked-edits",
        beaker_py="`with_name`, `with_command` and others store any value.",
        beakerspec="They check the value as the constructor does.",
        why="The line that makes the mistake reports it.",
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
        beaker_py="`with_task` does not take a mapping, and `from_json` does not take instances.",
        beakerspec="Both take both, as constructors do.",
        why="There is one rule for all.",
        behaviour={
            "with_task_of_a_mapping": _returns(["t", "u"]),
            "from_json_of_an_instance": _returns({"name": "A"}),
        },
    ),
    Difference(
        name="unknown-keyword",
        beaker_py=(
            "An unknown keyword gives a warning and is dropped. A name of the file, such as `gpuCount`, works as "
            "a keyword."
        ),
        beakerspec="Both raise a `TypeError`. `from_json` takes the names of the file.",
        why="A misspelt keyword would drop a setting, and type checkers cannot see keywords behind `**kwargs`.",
        behaviour={
            "unknown_keyword_of_a_class": _TYPE_ERROR,
            "keyword_in_the_spelling_of_files": _TYPE_ERROR,
            "source_in_the_spelling_of_files": _TYPE_ERROR,
            "unknown_keyword_of_new": _TYPE_ERROR,
            "unknown_keyword_of_with_resources": _TYPE_ERROR,
            "new_experiment_with_a_version": _TYPE_ERROR,
            "new_experiment_with_a_retry": _TYPE_ERROR,
        },
    ),
    Difference(
        name="missing-keyword",
        beaker_py="A constructor without a required field raises pydantic's `ValidationError`.",
        beakerspec="It raises Python's `TypeError`.",
        why="Constructors have real signatures, so Python reports a missing argument as for any function.",
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
        beaker_py='`new(cluster=("a", "b"))` ignores the clusters, because they are not a list.',
        beakerspec="It takes any sequence of names, and anything else is an error.",
        why="Without its clusters, the task could run anywhere.",
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
            "Specs have pydantic's methods (`model_dump`, `copy`, …), `vars`, weak references and iteration, so "
            '`"cluster" in constraints` is false.'
        ),
        beakerspec=(
            "Specs are attrs classes with slots: use `to_json`, `attrs.evolve` and `attrs.fields`. Iteration and "
            "`in` raise a `TypeError`."
        ),
        why="There is no pydantic, and slots save memory.",
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
            "Bad files and data raise `yaml.YAMLError`, `TypeError`, `AttributeError`, `UnicodeDecodeError` or "
            "pydantic's `ValidationError`. `ExperimentSpecError` is not a `ValueError`."
        ),
        beakerspec=(
            "They raise `ValidationError`. It and `ExperimentSpecError` are `ValueError`s, with the problems and "
            "their places in `problems` instead of `errors()`."
        ),
        why="One `except` clause is enough.",
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
            "text_about_no_image": _returns(True),
            "errors_as_pydantic_lists_them": _returns(False),
        },
    ),
    Difference(
        name="texts-of-errors",
        beaker_py=(
            "Errors say `Exactly one data source field must be set`, `Duplicate task name …`, `A task with the name …` "
            "and `'cluster' can only be specified one way`."
        ),
        beakerspec=(
            "They have other words. `problem.rule` is stable: `data-source`, `duplicate-task-name`, `two-spellings`."
        ),
        why="A sentence that says what was found and how to fix it is better than a stable one.",
        behaviour=dict.fromkeys(
            (
                *("text_about_no_source", "text_about_two_sources", "text_about_two_tasks_of_one_name"),
                *("text_about_a_second_task_of_a_name", "text_about_clusters_given_twice"),
            ),
            _returns(False),
        ),
    ),
    Difference(
        name="no-document-in-errors",
        beaker_py="The text of an error shows the data around the mistake, and the whole document is logged.",
        beakerspec="Neither happens, and no error shows the value of an environment variable.",
        why="Specs hold secrets, and errors end up in logs.",
        behaviour={"error_shows_the_document": _returns(False), "error_is_logged": _returns(False)},
    ),
    Difference(
        name="paths-only",
        beaker_py="`from_file` and `to_file` also take the number of an open file.",
        beakerspec="They take a path; a number raises a `TypeError`.",
        why="The name of the file decides how it is read, and messages show it.",
        behaviour={"from_file_of_a_descriptor": _TYPE_ERROR, "to_file_of_a_descriptor": _TYPE_ERROR},
    ),
    Difference(
        name="files-in-one-step",
        beaker_py="`to_file` empties the file and then writes to it.",
        beakerspec=(
            "It replaces the file by a new one. After a failure the old file is unchanged; other hard links keep "
            "the old text."
        ),
        why="No reader sees half a spec, except where a file can only be written in place.",
        behaviour={"to_file_that_fails": _returns("before"), "to_file_of_one_of_two_names": _returns(False)},
    ),
    Difference(
        name="readable-files",
        beaker_py=(
            "`to_json` has the keys in the order of the classes. In a file, keys are sorted, durations are "
            "nanoseconds, and characters other than ASCII are escaped."
        ),
        beakerspec=(
            "Keys have the order of the format's documentation. In a file, durations look like `90m`, texts with "
            "several lines are blocks, and characters stay as they are."
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
        beaker_py="Every file is read and written as YAML, whatever its name.",
        beakerspec=(
            "A file whose name ends in `.json` is JSON. Comments, trailing commas and everything else that only "
            "YAML has are errors, and `1e3` is a number."
        ),
        why="Every other program reads such a file as JSON.",
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
            "In a file, an unquoted `0123`, `1.10`, `yes`, `12:30:45` or `2024-01-01` is refused in a text field. "
            "In commands and constraints, most of them become something else (`83`, a `date`)."
        ),
        beakerspec=(
            "A text field holds the text of the file. A command or a constraint holds a number if printing the "
            "number gives the same text, else the text."
        ),
        why="Beaker's own reader does so, and most authors expect it.",
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
            "In a file, `1e3` and `0o10` are text: they are not integers, and `timeout: 1e9` means seconds. `08` "
            "is 8, and `1_0.5` is 10.5."
        ),
        beakerspec=(
            "`1e3` and `0o10` are numbers, so `timeout: 1e9` means nanoseconds. `1_0.5` is an error, and so is "
            "`08` in an integer field."
        ),
        why="Go and YAML 1.2 read the first two as numbers. The versions of YAML disagree about the other two.",
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
            "In a file, a tag such as `!!int`, `!!bool`, `!!null`, `!!binary` or `!!seq` decides the type of a value."
        ),
        beakerspec="Only `!!str` and `!` are supported; any other tag is an error.",
        why="The field decides the type, so a tag can only repeat or contradict it.",
        refuses=(
            *("yaml:*=!!int*", "yaml:*=!!float*", "yaml:*=!!bool*", "yaml:*=!!null*", "yaml:*=!!binary*"),
            *("yaml:*=!!timestamp*", "yaml:after=tag-*", "yaml:after=merge-key-by-a-tag", "yaml:whole=tag-map"),
            "yaml:whole=short-for-a-tag",
        ),
    ),
    Difference(
        name="yaml-syntax",
        beaker_py=(
            "In a file, a tab between words and an anchor that is defined twice are errors. A byte-order mark "
            "inside text is allowed."
        ),
        beakerspec=(
            "A tab between words and an anchor that is defined twice are allowed. A byte-order mark inside text "
            "is an error."
        ),
        why="YAML allows the first two, and libyaml refuses the third.",
        refuses=("yaml:after=text-with-a-byte-order-mark",),
        accepts=("yaml:after=tab-*", "yaml:json=tabs", "yaml:after=anchor-given-twice"),
    ),
    Difference(
        name="boolean-in-a-command",
        beaker_py="`true` and `false` in `command` and `arguments` become `1` and `0`.",
        beakerspec="In a file, they stay text, and so do `yes` and `no`. In Python and JSON data, they are an error.",
        why="The program gets what the file says, and a boolean in data has no text of its own.",
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
        why="No author means 90, and YAML 1.2 and Go read it as text.",
        refuses=("yaml:task.*=*:*", "yaml:resources.cpuCount=*:*"),
        behaviour={"file_with_a_number_of_base_60": _VALUE_ERROR},
    ),
    Difference(
        name="last-dashes",
        beaker_py="A last `---` starts a second document, and the file is refused.",
        beakerspec="A last `---` with nothing behind it is ignored.",
        why="Nothing is lost, and Beaker's own reader takes the first document.",
        accepts=("yaml:after=second-document-of-nothing",),
    ),
    Difference(
        name="key-given-twice",
        beaker_py="If a mapping in a file has a key twice, the last value wins.",
        beakerspec="It is an error that names both places.",
        why="One of the two values would be lost silently.",
        refuses=(
            *("yaml:*=key-given-twice*", "json:key-given-twice"),
            *("yaml:after=merge-key-twice", "yaml:after=merge-key-of-a-key-given-twice"),
        ),
        behaviour={"file_with_a_key_given_twice": _VALUE_ERROR},
    ),
    Difference(
        name="two-spellings",
        beaker_py="If a mapping has both `hostNetworking` and `host_networking`, the last value wins.",
        beakerspec="It is an error.",
        why="One of the two values would be lost silently.",
        refuses=("*+*=same", "*+*=different", "source=hostPath-and-host_path-null"),
        behaviour={"constraints_in_two_spellings": _VALUE_ERROR},
    ),
    Difference(
        name="text-is-no-number",
        beaker_py='`"2"` is 2 in a number field.',
        beakerspec="It is an error that says to drop the quotes.",
        why="Beaker, which is written in Go, refuses it, but only when the experiment is created.",
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
        beaker_py="`true` is 1 and `false` is 0 in a number field or a duration field.",
        beakerspec="They are an error.",
        why="They are always a mistake.",
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
        beaker_py='`1`, `0`, `1.0`, `"yes"`, `"true"`, `"1"` and similar values are booleans in a boolean field.',
        beakerspec="They are an error. In a file, unquoted `true`, `yes`, `on` and their opposites are booleans.",
        why="Beaker, which is written in Go, refuses them.",
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
        beaker_py="Null is refused in `version`, `tasks`, `hostNetworking` and `leaderSelection`.",
        beakerspec="Null means that the field is left out.",
        why="It means that in all other fields, and templates leave empty values behind.",
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
        beaker_py="A task requires `result` with a `path`, and `context`.",
        beakerspec="Both are optional. `result: {path: }` and `result: {}` mean a task without a result.",
        why="Beaker requires neither: of 783 public specs, 39 leave out `result` and 39 leave out `context`.",
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
        beaker_py='`constraints.cluster: name` is refused, and `with_constraint(cluster="name")` stores the text.',
        beakerspec="Both mean a list of one cluster.",
        why="27 of 783 public specs do so, and they mean one cluster.",
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
        beaker_py="`groups`, `minRuntime`, `autoResume`, `mode` and `volume` are unknown and dropped with a warning.",
        beakerspec="They are fields, which are checked, kept and written.",
        why="Beaker has them now, and so has beaker-py 2.8.",
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
            "An unknown field is dropped, with a warning the first time a name occurs. A constraint that is null "
            "is dropped."
        ),
        beakerspec=(
            "Both are kept and written back. An unknown field is in `extra`, and each one gives a warning at the "
            "caller's line that names the most similar field."
        ),
        why="Without a newer field, a spec would run differently.",
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
        beaker_py=(
            "A field or a constraint may have an empty name, and a mapping in a constraint may have keys of any type."
        ),
        beakerspec="A name is text and not empty.",
        why="An empty key in a file is a slip, and JSON has only text keys.",
        refuses=(
            'constraints.""=*',
            *('yaml:constraints.key=""', "yaml:constraints.key=''"),
            "python:*=mapping-key-of-*",
        ),
    ),
    Difference(
        name="constraint-extra-names",
        beaker_py=(
            "An unknown constraint is written in lowerCamelCase (`gpu_type` becomes `gpuType`, `cluster_` "
            "replaces `cluster`), can be read as `constraints.gpu_type` only, and cannot be called `self`."
        ),
        beakerspec="It keeps its name in the file, and both spellings read it.",
        why="Beaker chooses the names, and a name may have an underscore.",
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
        beaker_py="A duration is one number and one unit. `1h30m`, `+5s`, `5us` and a `timedelta` are refused.",
        beakerspec="All durations of Go and of beaker-py are read, and `timedelta` too.",
        why="Beaker is written in Go, and this is Go's notation.",
        accepts=(
            *('task.timeout="1h*', 'task.timeout="48h0m0s"', 'task.timeout="1m1h"', 'task.timeout="1s1s"'),
            *('task.timeout="[-+]*', 'task.timeout="5*s"', 'task.synchronizedStartTimeout="*"'),
            *("yaml:task.timeout=1h30m", "python:task.timeout=*"),
        ),
    ),
    Difference(
        name="exact-durations",
        beaker_py="Durations are computed with floats: `9007199254740993ns` loses a nanosecond.",
        beakerspec="They are computed exactly.",
        why="A spec runs as it is written.",
        writes=('task.timeout="9007199254740993ns"',),
    ),
    Difference(
        name="durations-strict",
        beaker_py="A line break may follow the unit of a duration.",
        beakerspec="It is an error.",
        why="Go refuses it, and beaker-py allows it only because of a slip in a regular expression.",
        refuses=('task.timeout="1m\\n"',),
    ),
    Difference(
        name="finite-numbers",
        beaker_py="NaN and infinity are numbers, also in unknown fields.",
        beakerspec="They are an error.",
        why="JSON cannot hold them, so Beaker could not create the experiment.",
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
        beaker_py="Integers and durations may have any size.",
        beakerspec="They fit into 64 bits with a sign; in commands and constraints, they have at most 640 digits.",
        why="Beaker's fields are Go integers of 64 bits, and Python limits the digits that it prints.",
        refuses=(
            *("retry.*=*-64-bits", "retry.*=huge", "task.*Timeout=*-64-bits", "task.*Timeout=huge"),
            'task.timeout="2562048h"',
            *("yaml:task.*=*922337203685477580?", "yaml:task.*=1111*", "python:*=int-of-5000-digits"),
        ),
    ),
    Difference(
        name="text-is-unicode",
        beaker_py="Half of a surrogate pair is accepted as text, and in YAML a pair becomes two halves.",
        beakerspec="Text that UTF-8 cannot encode is an error.",
        why="It can be neither written to a file nor sent.",
        refuses=('env-var.value="\\ud800"', "*text-with-a-surrogate-pair", "*text-with-half-a-surrogate-pair"),
    ),
    Difference(
        name="limited-depth",
        beaker_py="Data may be nested as deep as Python's recursion limit allows.",
        beakerspec="More than 100 levels are an error.",
        why="Deeper data crashes parsers, and real specs have about 7 levels.",
        refuses=("constraints.gpus=120-deep", "yaml:after=120-deep*"),
    ),
    Difference(
        name="limited-size",
        beaker_py="A file may have any size, and its aliases may stand for any number of values.",
        beakerspec=(
            "More than 10 million characters, or more than a million values after alias expansion, are an error. "
            "`max_size` and `max_values` set other limits."
        ),
        why="A file of a few hundred characters can expand to more than fits into memory.",
        behaviour={
            "from_file_of_ten_million_characters": _VALUE_ERROR,
            "from_file_of_a_million_values": _VALUE_ERROR,
        },
    ),
    Difference(
        name="plain-values",
        beaker_py=(
            "A field takes what pydantic can convert, such as `bytes` for text and `Decimal` for a number. A "
            "constraint takes any object."
        ),
        beakerspec=(
            "Text is `str`, a number is `int` or `float`, a mapping is a `Mapping`, and a list in a constraint is "
            "a `list` or `tuple`. Anything else is an error."
        ),
        why="A spec holds what it was given, and JSON can hold it.",
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
        beaker_py="A set, a generator, the keys of a `dict` or any other iterable counts as a list.",
        beakerspec="A list is a sequence; any other iterable is an error.",
        why="A set has no order, and a generator is empty the second time.",
        refuses=(
            *("python:task.command=list-*", "python:task.envVars=list-*", "python:experiment.tasks=list-*"),
            "python:constraints.cluster=list-*",
        ),
    ),
    Difference(
        name="all-rules",
        beaker_py="`validate` checks only the image of each task, and stops at the first mistake.",
        beakerspec="It checks all known rules of the format, and reports all mistakes.",
        why="Else they would show only when the experiment is created or runs.",
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
        beaker_py="`validate` accepts an empty `beaker` or `docker` as an image.",
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


#: What a program writes with beaker-py, and with beakerspec.
MOVING = (
    (
        "a field without a `with_…` method: `task.host_networking = True`",
        "`attrs.evolve(task, host_networking=True)`",
    ),
    (
        "changes of several tasks in a loop",
        '`spec.map_tasks(lambda task: task.with_…)`, or `spec.with_value("tasks[*].…", value)`',
    ),
    (
        "many changes inside a spec",
        "change `spec.to_json()`, then `ExperimentSpec.from_json(data)`",
    ),
    (
        "`task.with_resources(…)`, `task.with_context(…)`",
        "the same: both replace the whole part, as in beaker-py",
    ),
    (
        "a `DataMount` that you have: `task.datasets.append(mount)`",
        "`attrs.evolve(task, datasets=[*(task.datasets or ()), mount])`",
    ),
    (
        "`TaskSpec(**data)`",
        "`TaskSpec.from_json(data)`",
    ),
    (
        "`ExperimentSpec.from_json(yaml.safe_load(text))`",
        "`ExperimentSpec.from_yaml(text)`, which keeps `0123` as it is",
    ),
    (
        "`isinstance(task.command, list)`, `list[…]` in annotations",
        "`isinstance(task.command, Sequence)`, `Sequence[…]`",
    ),
    (
        "the text of an exception",
        "`problem.rule` in `error.problems`",
    ),
    (
        "`yaml.dump(task.command)`",
        "the same: PyYAML's dumpers write the lists and enums of specs as plain ones",
    ),
    (
        "`beaker.TaskSpec`",
        "`beakerspec.TaskSpec`",
    ),
    (
        "`BeakerTaskSpec` and the other names of 2.x",
        "the names without `Beaker`; `Priority` for `BeakerJobPriority`",
    ),
)


def markdown() -> str:
    """The page of the differences, README.md in this folder."""
    rows = ["| name | beaker-py 1.38.1 | beakerspec | why |", "|---|---|---|---|"]
    rows += [f"| `{row.name}` | {row.beaker_py} | {row.beakerspec} | {row.why} |" for row in DIFFERENCES]
    rows += ["", "## Lines that change when a program moves", ""]
    rows += ["`python -m beakerspec.move` rewrites most of them.", "", "| beaker-py | beakerspec |", "|---|---|"]
    rows += [f"| {before} | {after} |" for before, after in MOVING]
    return _HEAD + "\n".join(rows) + "\n"
