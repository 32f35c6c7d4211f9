"""Everything about one source: what keeps it from being read, what its spec does not know, what breaks a rule."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import IO

import attrs

from ..files import Reading, contents, read
from ..limits import DEFAULT_LIMITS, MAX_DEPTH, MAX_SIZE, MAX_VALUES, Limits
from ..model import ExperimentSpec, SpecVersion
from ..problems import TOO_MANY, Problem, capped, unique
from ..structuring.converter import misspelt_fields
from ..structuring.mistakes import misspelt_for_missing
from .reported import reported_fix
from .rules import RULES, Subject, findings
from .rules.experiment import unknown_field
from .rules.fix import Fix, Mistake
from .salvage import Path, Taken, in_names_of_file, salvaged
from .settings import Settings, SettingsFinder
from .suppressions import find_suppressions

__all__ = ["Checked", "check", "check_data", "looks_like_a_spec"]

# The version of a spec, on a line of its own or in a flow mapping. Other programs have other ones.
_VERSION = re.compile(
    rb"""(?:^|\A\s*\{(?:[^\n]*?,)?[ \t]*|\A\s*\{\s*)["']?version["']?[ \t]*:"""
    rb"""[ \t]*["']?v2(?:-alpha)?["']?[ \t\r]*(?:$|[,}#])""",
    re.MULTILINE,
)
# The key of the tasks where the root is a block mapping, and all that is below it.
_IN_BLOCK = re.compile(rb"""^["']?tasks["']?[ \t]*:(?P<tasks>.*(?:\n(?:[ \t#\r].*|-(?!--).*|$))*)""", re.MULTILINE)
_IN_FLOW = re.compile(
    rb"""\A(?:\s*(?:[#%].*|---[ \t]*)$)*\s*(?:---[ \t]+)?(?=\{)(?s:.*?)["'\s{,]tasks["']?\s*:(?P<tasks>(?s:.*))""",
    re.MULTILINE,
)
#: What a task of a spec has: an image, or a spec in the old format.
_OF_A_TASK = frozenset(("image", "spec"))
_FIELD = re.compile(rb"""(?:^|[{,\s])["']?(?:image|spec)["']?[ \t]*:""", re.MULTILINE)
_DASH = re.compile(rb"(?P<indent>[ \t]*)-(?P<gap>[ \t]+|$)")
_ANCHOR = re.compile(rb"[&!]\S*[ \t]*")
_KEY = re.compile(rb"""["']?(?P<key>image|spec|<<)["']?[ \t]*:""")
#: The versions of specs.
_VERSIONS = frozenset(version.value for version in SpecVersion)
_WIDE = (b"\xff\xfe", b"\xfe\xff")


@attrs.frozen
class Checked:
    """What was found in a source."""

    problems: tuple[Problem, ...]
    #: How many findings comments in the source suppress.
    suppressed: int = 0
    #: The problems that can be fixed, each with its fix.
    fixes: tuple[tuple[Problem, Fix], ...] = ()


def check(
    source: str | bytes | os.PathLike[str] | IO[str] | IO[bytes],
    *,
    env: Mapping[str, str] | None = None,
    settings: Settings | None = None,
    max_size: int = MAX_SIZE,
    max_depth: int = MAX_DEPTH,
    max_values: int = MAX_VALUES,
) -> tuple[Problem, ...]:
    r"""All problems of an experiment spec, errors and warnings, in the order of their places.

    `source` is text, a path (a `pathlib.Path`, not a text), or an open file. What has a name that ends in ``.json`` is
    read as JSON, all else as YAML. With `env`, such as `os.environ`, Go templates are expanded first. The settings are
    those that stand nearest to the file, and for text those nearest to the working directory; `Settings()` takes none.

    Raises `OSError` where the source cannot be read, and `SettingsError` where its settings cannot.

    >>> [problem.rule for problem in check("tasks:\n- image: {docker: alpine}\n  replicas: 0", settings=Settings())]
    ['missing-budget', 'no-cluster', 'replicas']
    """
    file: str | None = None
    data: str | bytes
    if isinstance(source, (str, bytes)):
        data = source
    elif isinstance(source, os.PathLike):
        file = os.fsdecode(source)
        data = contents(file, max_size)
    else:
        name = getattr(source, "name", None)  # that of a file without one is its descriptor
        file = name if isinstance(name, str) else None
        data = source.read(max_size + 1)
    if settings is None:
        settings = SettingsFinder().settings_for(file)
    settings = settings.at(file)
    checked = check_data(
        data,
        file=file,
        is_json=file is not None and file.endswith(".json"),
        env=env,
        settings=settings,
        limits=Limits(max_size, max_depth, max_values),
    )
    return checked.problems


def check_data(
    data: str | bytes,
    *,
    file: str | None = None,
    is_json: bool = False,
    env: Mapping[str, str] | None = None,
    settings: Settings,
    limits: Limits = DEFAULT_LIMITS,
    shows_source: bool = False,
    with_edits: bool = False,
    expansions: re.Pattern[str] | None = None,
) -> Checked:
    """All problems of a source that the settings let through, placed and in order: see `Settings.at`.

    With `shows_source`, snippets show the source as it is. With `with_edits`, fixes say what to write. What matches
    `expansions` is not judged: see `read`.
    """
    reading = read(
        ExperimentSpec,
        data,
        file=file,
        is_json=is_json,
        env=env,
        limits=limits,
        shows_source=shows_source,
        needs_places=True,  # nearly every real spec has a finding
        expansions=expansions,
        keeps_missing=True,
    )
    fatal = [problem for problem in reading.problems if problem.severity == "error"]
    found = _findings(reading, fatal, settings, is_json=is_json)
    # A loaded spec keeps unknown fields with a warning; where there is none, its reading has found them.
    problems = [
        attrs.evolve(problem, severity="error")
        for problem in reading.problems
        if problem.severity == "error" or settings.reports(problem.rule)
    ]
    if found and reading.document is not None:
        placed = reading.document.problems(found)
        # What cannot be read is not to be warned about as well.
        wrong = {problem.path for problem in fatal}
        others = [problem for problem in placed if problem.severity == "error" or problem.path not in wrong]
        # Those of a document are unique and in order already.
        problems = capped(unique([*problems, *others])) if problems else others
    suppressed = 0
    document = reading.document
    if not is_json and _may_suppress(data):
        text = data if isinstance(data, str) else data.decode("utf-8-sig", "replace")
        problems, suppressed = find_suppressions(text, limits.depth).apply(
            problems, file=file, reported=settings.reports, mask=None if document is None else lambda: document.mask
        )
    # A misspelt field that is reported stands for the missing one; else that one is reported.
    if reading.value is None and settings.severity_of(unknown_field.name, "error") == "error":
        problems = misspelt_for_missing(problems, ExperimentSpec)
    if settings.rules or settings.warnings_as_errors:
        problems = [attrs.evolve(each, severity=settings.severity_of(each.rule, each.severity)) for each in problems]
    fixes: dict[int, Fix] = {}
    # Which values an edit may show is known of the data of the complete reader.
    plain = document.data if with_edits and document is not None else reading.data
    if document is not None and plain is not None and not document.has_mistakes:
        for index, problem in enumerate(problems):
            rule = _BY_NAME.get(problem.rule)
            fixer = None if rule is None else rule.fixer
            fix = None if fixer is None else fixer.fix(Mistake(problem, plain, is_json))
            if fix is not None:
                fixes[index] = fix
                told = reported_fix(fix, document, with_edits=with_edits, is_json=is_json)
                problems[index] = attrs.evolve(problem, fix=told)
    return Checked(tuple(problems), suppressed, tuple((problems[index], fix) for index, fix in fixes.items()))


def _findings(
    reading: Reading[ExperimentSpec], fatal: list[Problem], settings: Settings, *, is_json: bool
) -> list[Problem]:
    """What the rules find in a spec, or in the remaining data of one that cannot be read."""
    spec = reading.value
    taken: list[Path] = []
    if spec is None:
        # Of a document with too many problems no more are looked for.
        is_hopeless = any(problem.rule in ("old-format", TOO_MANY) for problem in fatal)
        if reading.document is None or reading.data is None or is_hopeless:
            return []
        # Of a key that is given twice the first is read, and is as good as any.
        mistakes = (each.problem for each in reading.document.located.findings)
        spec, taken = salvaged(reading.data, (each.path for each in mistakes if each.rule != "duplicate-key"))
        if spec is None:
            return []
    if reading.document is not None:
        taken = [*taken, *map(in_names_of_file, reading.document.unknown_paths())]
    text = None if reading.document is None else reading.document.text
    has_unknown = reading.has_unknown_fields or reading.value is None
    found = findings(Subject(spec, settings.site, reading.data, is_json, text, has_unknown), settings.reported_rules)
    # What a misspelt field would have said is not known either.
    gone = Taken([*taken, *(misspelt_fields(spec, reading.data) if has_unknown else ())])
    return [problem for problem in found if not gone.may_cause(_BY_NAME[problem.rule], problem)]


_BY_NAME = {rule.name: rule for rule in RULES}


def _may_suppress(data: str | bytes) -> bool:
    return "beakerspec:" in data if isinstance(data, str) else b"beakerspec:" in data


def looks_like_a_spec(data: bytes) -> bool:
    """Whether a file that was not named, only found, is an experiment spec.

    One of its tasks has an image, or a spec in the old format; or its version is one of a spec. Other programs have
    tasks, too.
    """
    if data.startswith(_WIDE):  # of another encoding, and a spec all the same
        data = data.decode("utf-16", "ignore").encode()
    data = data.removeprefix(b"\xef\xbb\xbf")
    if data.lstrip()[:1] == b"{" and len(data) <= MAX_SIZE:
        with suppress(ValueError, RecursionError):  # it may be JSON, whose keys are where they seem to be
            return _is_spec(json.loads(data))
    if _VERSION.search(data) is not None:
        return True
    in_flow = _IN_FLOW.match(data)
    if in_flow is not None:
        return _FIELD.search(in_flow["tasks"]) is not None
    return any(_has_task(match["tasks"], data) for match in _IN_BLOCK.finditer(data))


def _is_spec(data: object) -> bool:
    if not isinstance(data, dict):
        return False
    tasks = data.get("tasks")
    has_task = isinstance(tasks, list) and any(isinstance(task, dict) and task.keys() & _OF_A_TASK for task in tasks)
    return has_task or data.get("version") in _VERSIONS


def _has_task(tasks: bytes, data: bytes) -> bool:
    """Whether an item of a list of tasks has a field of a task. The text need not be YAML."""
    first, *lines = tasks.split(b"\n")
    first = _ANCHOR.sub(b"", first.lstrip())
    if first[:1] in (b"[", b"*"):  # a flow list, or an alias of one
        return _FIELD.search(tasks if first[:1] == b"[" else data) is not None
    indent = column = -1
    for line in lines:
        dash = _DASH.match(line)
        if dash is not None and (indent < 0 or len(dash["indent"]) <= indent):
            indent = len(dash["indent"])
            content = _ANCHOR.sub(b"", line[dash.end() :])
            column = dash.end() if content.strip() else -1
        elif not line.strip() or line.lstrip()[:1] == b"#":
            continue
        else:
            start = len(line) - len(line.lstrip())
            column = start if column < 0 <= indent else column
            if start != column:
                continue
            content = line[start:]
        if content[:1] in (b"{", b"*"):  # a flow mapping, or an alias of a task
            return _FIELD.search(data) is not None
        key = _KEY.match(content)
        if key is not None:
            return key["key"] != b"<<" or _FIELD.search(data) is not None
    return False
