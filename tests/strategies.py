"""Hypothesis strategies: texts that a reader or a writer may get wrong, and valid values of every class."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import attrs
from hypothesis import strategies as st

from beakerspec import (
    Constraints,
    DataMount,
    DataSource,
    EnvVar,
    ExperimentSpec,
    FrozenDict,
    FrozenList,
    ImageSource,
    MountMode,
    Priority,
    ResultSpec,
    RetrySpec,
    SpecVersion,
    TaskContext,
    TaskResources,
    TaskSpec,
)

Strategy = st.SearchStrategy

#: Unquoted, some reader of YAML 1.1 or 1.2 takes each of these for something else than text.
LOOKALIKES = (
    *("", "~", "null", "Null", "NULL"),
    *("true", "True", "TRUE", "false", "False", "FALSE", "yes", "Yes", "YES", "no", "No", "NO"),
    *("on", "On", "ON", "off", "Off", "OFF", "y", "Y", "n", "N", "<<", "="),
    *("0", "1", "-1", "+1", "0123", "017", "08", "0o17", "0O17", "0x1F", "0X1f", "-0x1F", "0b101", "0B1"),
    *("1_000", "1__0", "0_1", "0x_1", "0b_1", "9" * 30, "9223372036854775808", "00", "-0", "+0", "0x", "0b", "0o"),
    *("+_", "-_1", "+1_", "_1", "_", "-1_0_", "0_x1F", "1_e3"),
    *("1.10", "0.5", ".5", "5.", "-.5", "+.5", "1_0.5", "1._5", "0.1.2", "1e3", "1E3", "1e-4", "1.5e+3", "1e", "e1"),
    *("1.e1", ".e1", "1e+05", "0e0", "-0.0", "1e400", "6.02e23", "1_0e3", ".", "..", "-.", "+.", "._1", "1."),
    *(".inf", ".Inf", ".INF", "-.inf", "+.inf", ".nan", ".NaN", ".NAN", "inf", "nan", "Infinity", "NaN", "-.nan"),
    *("12:30", "12:30:45", "190:20:30", "1:2", "-1:30", "+1:30.5", "0:0", "1:60", "01:02:03", "1_0:30", "12:30:45.5"),
    *("2024-01-01", "2024-1-1", "2024-01-01T12:30:45Z", "2024-01-01 12:30:45.5 +1:00", "2024-01-01t1:30:45-05"),
    *("2001-12-14 21:59:43.10 -5", "2024-01", "24-01-01", "2024-01-01T", "2024-13-45", "2024-01-01T12:30"),
)

#: Signs that mean something to YAML, to a template or to a terminal, at the places where they do.
SYNTAX = (
    *("-", "- a", "-a", "--a", "---", "--- a", "...", "... a", "?", "? a", "?a", ":", ": a", ":a", "a:", "a: b", "a:b"),
    *("#", "# a", "a # b", "a#b", "#!/bin/sh", "&", "&a", "&a b", "*", "*a", "!", "!a", "!!str", "!!int 1", "!<a>"),
    *("|", "|-", ">", ">-", "%", "%YAML 1.1", "@", "@a", "`", "`a`", "'", "''", "it's", "'a'", '"', '""', 'say "a"'),
    *("{", "}", "[", "]", "{}", "[]", "{a: b}", "[a, b]", ",", ",a", "a,b", "a, b", "a]", "a}", "\\", "\\n", "a\\"),
    *("{{.Env.NAME}}", "{{ x }}", "a {{", "$HOME", "${A:-b}", "100%", "a & b", "a && b", "a | b", "a > b", "v2", "~/a"),
    *("= ", "a=b", "a=", "<<EOF", "<< ", "<<<", "\x1b[31mred\x1b[0m", "http://a/b?c=d&e=f#g", "a: &b *c", "- - -"),
)

#: Blanks, breaks and characters that YAML folds, forbids or treats as marks.
BLANKS = (
    *(" ", "  ", " a", "a ", " a ", "a  b", "\t", "\ta", "a\t", "a\tb", " \t ", "\xa0", "\xa0a", "a\xa0", "\u3000a"),
    *("\n", "\n\n", "a\n", "a\n\n", "a\n\n\n", "\na", "\n\na", "a\nb", "a\n\nb", "a\nb\n", " a\nb", "a\n b", "a \nb"),
    *("a\nb ", "a\n \nb", "a\n  ", "\n a", " \na", " \n", "\n ", "a\n\tb", "\ta\nb", "a\t\nb", "\t\n", "a\n\t"),
    *("\r", "\r\n", "a\rb", "a\r\nb\r\n", "a\r", "\ra", "\n\r", "a\n\rb", "\r\n\r\n"),
    *("\x85", "a\x85b", "a\x85", "\u2028", "a\u2028b", "\u2029", "a\u2029b", "a\nb\u2028", "a\n\x85b", "\u2028 a"),
    *("\ufeff", "\ufeffa", "a\ufeff", "a\ufeffb", "\ufffe", "\uffff", "a\uffffb", "\ufffd", "\ud7ff", "\ue000"),
    *("\0", "a\0b", "\x01", "\x07", "\x08", "\x0b", "\x0c", "\x1b", "\x1c", "\x1d", "\x1e", "\x1f", "\x7f"),
    *("\x80", "\x84", "\x86", "\x9b31m", "\x9f", "\xad", "\u200b", "\u200e", "\u202e", "\u2066", "\u061c"),
    *("é", "e\u0301", "ß", "日本語", "\U0001f600", "a\U0001f600\nb\n", "\U0001f468\u200d\U0001f469", "\U0010ffff"),
    *("\U00010000", "\u0660\u0661", "\u0967", "\uff11", "²", "½", "\u2212" + "1", "１.５", "İ", "ﬁ"),
    *("#a\nb", "a\n#b", "- a\n- b\n", "a: b\nc: d\n", "---\na\n", "a\n---\nb\n", "a\n...\n", "%a\nb\n", "a\n\n b\n"),
    *("set -e\nif true; then\n  echo 'a: b' # c\nfi\n", "\n  a\n", "a\n\n\n  b\n\n\n", "|\n a\n", "'\n'", '"\n"'),
)

#: Longer than any line, key or buffer that an emitter has an idea of.
LONG = (
    *("x" * 127, "x" * 128, "x" * 129, "x" * 1023, "x" * 1024, "x" * 1025, "x" * 5000, "word " * 400),
    *(
        "word " * 400 + ".",
        "a long line of a script\n" * 200,
        "0" * 5000,
        "9" * 4301,
        "é" * 2000,
        "- " * 500,
        "\n" * 300,
    ),
    *(" " * 2000 + "x", "a: " * 500, "\U0001f600 " * 600, "'" * 500, '"' * 500, "\\" * 500, "a\u2028" * 400),
)

#: What stands unquoted in a file, and is kept as it is where it stands in an unknown field.
PLAIN = (
    *("0123", "0x1F", "0o17", "0b101", "1_000", "1.10", "1e-4", "1E3", "+1", ".5", "5.", "1e400", "9" * 4301),
    *("yes", "No", "on", "OFF", "y", "N", "True", "FALSE", "=", ".inf", "-.INF", ".nan"),
    *("12:30", "12:30:45", "190:20:30", "2024-01-01", "2024-01-01T12:30:45Z", "2024-01-01 12:30:45"),
    *("null", "~", "true", "false", "0", "1", "-1", "0.5", "1e+16", "word", "two words", "v2", "a:b"),
)


@cache
def unquoted(text: str) -> Any:
    """What an unknown field holds where `text` stands unquoted in a file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ExperimentSpec.from_yaml(f"note: {text}\n").extra["note"]


def _one_from(choices: Sequence[str]) -> Strategy[str]:
    """One of the texts. Chosen by number, since reports show strategies, and have to stay short."""
    return st.integers(0, len(choices) - 1).map(lambda number: choices[number])


def words() -> Strategy[str]:
    """Texts as specs are full of them."""
    return st.from_regex(r"[a-z][a-z0-9/._-]{0,12}", fullmatch=True)


def odd_texts() -> Strategy[str]:
    """Texts that may be written or read as something else."""
    pieces = _one_from((*SYNTAX, *BLANKS, "a", "1", "word", " ", "\n"))
    return st.one_of(
        _one_from(LOOKALIKES),
        _one_from(SYNTAX),
        _one_from(BLANKS),
        st.lists(pieces, min_size=2, max_size=4).map("".join),
        st.text(max_size=12),
        st.text(alphabet="0123456789+-._:eExXoObBTZ nNyY~=<", min_size=1, max_size=8),
        st.text(alphabet=" \n\tab#:-", max_size=12),
        _one_from(LONG),
    )


def texts() -> Strategy[str]:
    """Any text that a spec can hold."""
    return st.one_of(words(), odd_texts())


def names() -> Strategy[str]:
    """Any text that can be the name of a field: all but the empty one."""
    return st.one_of(
        st.from_regex(r"[a-z]{1,8}([A-Z][a-z]{1,6})?", fullmatch=True),
        st.from_regex(r"[a-z]{1,5}_[a-z0-9]{1,5}", fullmatch=True),
        st.sampled_from(("self", "extra", "to_json", "cls", "class", "items", "_", "__class__", "ID", "node_id")),
        st.sampled_from(("command", "arguments", "envVars", "value", "secret", "timeout", "tasks", "spec", "version")),
        odd_texts().filter(bool),
    )


def integers() -> Strategy[int]:
    """Integers of 64 bits."""
    return st.one_of(st.integers(-2, 300), st.integers(-(2**63), 2**63 - 1))


def durations() -> Strategy[int]:
    """Nanoseconds of 64 bits: mostly whole numbers of a unit."""
    units = st.sampled_from((1, 10**3, 10**6, 10**9, 60 * 10**9, 3600 * 10**9))
    return st.one_of(st.builds(lambda count, unit: count * unit, st.integers(-5, 10_000), units), integers())


def floats() -> Strategy[float]:
    """Finite floats, negative zero among them."""
    return st.floats(allow_nan=False, allow_infinity=False)


def command_items() -> Strategy[str | int | float]:
    """Items of a command."""
    return st.one_of(texts(), words(), integers(), st.integers(), floats())


def scalars(*, marked: bool = True) -> Strategy[Any]:
    """Scalars of an unknown field; `marked` are those that stood unquoted in a file without being numbers or words."""
    kinds = [texts(), st.none(), st.booleans(), st.integers(), floats()]
    if marked:
        kinds.append(_one_from(PLAIN).map(unquoted))
    return st.one_of(kinds)


def plain_data(*, marked: bool = True) -> Strategy[Any]:
    """What an unknown field or a constraint may hold."""
    return st.recursive(
        scalars(marked=marked),
        lambda part: st.one_of(st.lists(part, max_size=3), st.dictionaries(names(), part, max_size=3)),
        max_leaves=6,
    )


def _seldom(strategy: Strategy[Any]) -> Strategy[Any]:
    """None in most values."""
    return st.one_of(st.none(), st.none(), strategy)


def _extra(cls: type[Any], marked: bool) -> Strategy[dict[str, Any]]:
    known = {spelling for field in attrs.fields(cls) for spelling in (field.name, _camel(field.name))}
    fields = st.dictionaries(names().filter(lambda name: name not in known), plain_data(marked=marked), max_size=2)
    return st.one_of(st.just({}), st.just({}), fields)


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.title() for other in others)


def image_sources(*, marked: bool = True) -> Strategy[ImageSource]:
    """Images, those that break the rule `image-source` among them."""
    text = _seldom(texts())
    return st.builds(ImageSource, beaker=text, docker=text, extra=_extra(ImageSource, marked))


def env_vars(*, marked: bool = True) -> Strategy[EnvVar]:
    """Environment variables."""
    text = st.one_of(st.none(), texts())
    return st.builds(EnvVar, name=texts(), value=text, secret=_seldom(texts()), extra=_extra(EnvVar, marked))


def data_sources(*, marked: bool = True) -> Strategy[DataSource]:
    """Data sources: one field is set, known or not."""
    known = st.sampled_from(("beaker", "host_path", "weka", "result", "secret", "volume"))
    extra = _extra(DataSource, marked).map(lambda fields: {name: fields[name] for name in list(fields)[:1]})
    unknown = extra.filter(lambda fields: any(item is not None for item in fields.values()))
    return st.one_of(
        st.builds(lambda name, text: DataSource(**{name: text}), known, texts()),
        st.builds(lambda name, text: DataSource(**{name: text}), known, texts()),
        st.builds(lambda fields: DataSource(extra=fields), unknown),
    )


def data_mounts(*, marked: bool = True) -> Strategy[DataMount]:
    """Mounts."""
    return st.builds(
        DataMount,
        mount_path=texts(),
        sub_path=_seldom(texts()),
        mode=_seldom(st.sampled_from(MountMode)),
        source=data_sources(marked=marked),
        extra=_extra(DataMount, marked),
    )


def result_specs(*, marked: bool = True) -> Strategy[ResultSpec]:
    """Results."""
    return st.builds(ResultSpec, path=texts(), extra=_extra(ResultSpec, marked))


def task_resources(*, marked: bool = True) -> Strategy[TaskResources]:
    """Resources."""
    size = _seldom(st.one_of(st.sampled_from(("2.5GiB", "10 gb", "512", "1e9")), texts()))
    return st.builds(
        TaskResources,
        cpu_count=_seldom(floats()),
        gpu_count=_seldom(integers()),
        memory=size,
        shared_memory=size,
        extra=_extra(TaskResources, marked),
    )


def task_contexts(*, marked: bool = True) -> Strategy[TaskContext]:
    """Contexts, empty ones among them."""
    return st.builds(
        TaskContext,
        cluster=_seldom(texts()),
        priority=_seldom(st.sampled_from(Priority)),
        preemptible=_seldom(st.booleans()),
        min_runtime=_seldom(durations()),
        auto_resume=_seldom(st.booleans()),
        extra=_extra(TaskContext, marked),
    )


def constraints(*, marked: bool = True) -> Strategy[Constraints]:
    """Constraints with and without extras, whose names have one spelling each."""

    def spelling(item: tuple[str, Any]) -> str:
        return item[0].replace("_", "").lower()

    def assembled(known: Mapping[str, Any], extras: list[tuple[str, Any]]) -> Constraints:
        given = {name: value for name, value in known.items() if value is not None}
        return Constraints.from_json({**given, **dict(extras)})

    list_of_texts = _seldom(st.lists(texts(), max_size=3))
    extra = st.tuples(names(), st.one_of(st.lists(texts(), max_size=2), plain_data(marked=marked)))
    return st.builds(
        assembled,
        st.fixed_dictionaries({"cluster": list_of_texts, "hostname": list_of_texts}),
        st.lists(
            extra.filter(lambda item: spelling(item) not in ("cluster", "hostname")),
            unique_by=spelling,
            max_size=3,
        ),
    )


def retry_specs(*, marked: bool = True) -> Strategy[RetrySpec]:
    """Retries."""
    return st.builds(RetrySpec, allowed_task_retries=_seldom(integers()), extra=_extra(RetrySpec, marked))


def task_specs(*, marked: bool = True) -> Strategy[TaskSpec]:
    """Tasks with any of their fields."""
    flag = _seldom(st.booleans())
    command = _seldom(st.lists(command_items(), max_size=4))
    return st.builds(
        TaskSpec,
        name=_seldom(texts()),
        image=image_sources(marked=marked),
        result=_seldom(result_specs(marked=marked)),
        context=st.one_of(st.just(TaskContext()), task_contexts(marked=marked)),
        constraints=_seldom(constraints(marked=marked)),
        command=command,
        arguments=command,
        env_vars=_seldom(st.lists(env_vars(marked=marked), max_size=3)),
        datasets=_seldom(st.lists(data_mounts(marked=marked), max_size=2)),
        resources=_seldom(task_resources(marked=marked)),
        host_networking=st.booleans(),
        replicas=_seldom(integers()),
        leader_selection=st.booleans(),
        propagate_failure=flag,
        propagate_preemption=flag,
        synchronized_start_timeout=_seldom(durations()),
        timeout=_seldom(durations()),
        extra=_extra(TaskSpec, marked),
    )


def twin(value: Any) -> Any:
    """The same value with each scalar replaced by one of another type that prints, or compares, the same."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return str(value) if value > 1 else float(value)
    if isinstance(value, float):
        return int(value) if value.is_integer() else str(value)
    if value.__class__ is str:
        return unquoted(value) if value in PLAIN else value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, (FrozenList, list)):
        return [twin(item) for item in value]
    if isinstance(value, (FrozenDict, dict)):
        return {key: twin(item) for key, item in value.items()}
    return value


def sweep(task: TaskSpec, *, marked: bool = True) -> list[TaskSpec]:
    """Tasks that share everything but a name, and one whose numbers are texts and whose texts are numbers."""
    twins: dict[str, Any] = {"extra": twin(task.extra)} if marked else {}
    for name in ("command", "arguments"):
        items = task[name]
        if items is not None:
            others = [twin(item) for item in items]
            twins[name] = [
                item if other is None or other is True or other is False else other
                for item, other in zip(items, others, strict=True)
            ]
    return [
        attrs.evolve(task, name="first"),
        attrs.evolve(task, name="second"),
        attrs.evolve(task, name="third", **twins),
        attrs.evolve(task, name="fourth"),
    ]


def experiment_specs(*, marked: bool = True) -> Strategy[ExperimentSpec]:
    """Whole specs, not all of which keep the rules that `validate` knows.

    Without `marked`, unknown fields and constraints hold only what plain JSON data can hold.
    """
    alone = st.lists(
        task_specs(marked=marked),
        max_size=2,
        unique_by=lambda task: object() if task.name is None else task.name,
    )
    tasks = st.one_of(alone, alone, alone, task_specs(marked=marked).map(lambda task: sweep(task, marked=marked)))
    return st.builds(
        ExperimentSpec,
        version=st.sampled_from(SpecVersion),
        description=_seldom(texts()),
        budget=_seldom(texts()),
        groups=_seldom(st.lists(texts(), max_size=2)),
        retry=_seldom(retry_specs(marked=marked)),
        tasks=tasks,
        extra=_extra(ExperimentSpec, marked),
    )


#: A strategy for each class of the model.
OF_CLASS: dict[type[Any], Callable[..., Strategy[Any]]] = {
    Constraints: constraints,
    DataMount: data_mounts,
    DataSource: data_sources,
    EnvVar: env_vars,
    ExperimentSpec: experiment_specs,
    ImageSource: image_sources,
    ResultSpec: result_specs,
    RetrySpec: retry_specs,
    TaskContext: task_contexts,
    TaskResources: task_resources,
    TaskSpec: task_specs,
}


def typed(value: Any) -> Any:
    """A value taken apart so that `==` also compares the types of scalars, and tells 0.0 from -0.0."""
    if attrs.has(value.__class__):
        parts = {field.name: typed(getattr(value, field.name)) for field in attrs.fields(value.__class__)}
        return (value.__class__.__name__, parts)
    if isinstance(value, (FrozenDict, dict)):
        return (value.__class__.__name__, [(key, typed(item)) for key, item in value.items()])
    if isinstance(value, (FrozenList, list)):
        return (value.__class__.__name__, [typed(item) for item in value])
    if isinstance(value, float):
        return ("float", math.copysign(1.0, value), value)
    return (value.__class__.__name__, value)
