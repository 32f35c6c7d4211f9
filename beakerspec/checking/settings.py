"""The settings of `beakerspec check`: what is reported, and what a site knows about itself.

They stand in a file `.beakerspec.toml`, or in the table ``[tool.beakerspec]`` of a `pyproject.toml`:

.. code-block:: toml

    select = ["no-cluster", "literal-secret"]
    ignore = ["missing-budget"]
    severity = "error"
    warnings-as-errors = true
    embedded = true
    exclude = ["old/", "*.draft.yaml"]

    [rules]
    no-cluster = "error"
    task-name = "off"

    [per-file-ignores]
    "sweeps/" = ["missing-budget"]

    [site]
    priorities = ["low", "normal", "high"]
    min-timeout = "10m"
    max-timeout = "48h"
    host-paths = ["/net", "/raid"]
    require-budget = true
    budgets = ["lab/vision"]

    [site.clusters]
    "lab/large" = { aliases = ["lab/big"], gpus-per-node = 8 }
    "lab/small" = {}

The nearest file applies, from the folder of the checked file upwards, up to the folder that holds `.git` or the root.
A `pyproject.toml` without the table is skipped, also if it is no TOML. In one folder `.beakerspec.toml` comes first, as
ruff has it. Settings of several files are not mixed. What another user left in a shared folder is ignored.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

import attrs

from ..documents.document import decode
from ..fields.converters import boolean, list_of, optional_integer, optional_number, text
from ..fields.names import nearest
from ..fields.quantities import parse_duration, parse_size
from ..frozen import FrozenDict
from ..model import Priority
from ..problems import (
    DID_YOU_MEAN,
    BeakerSpecError,
    Problem,
    Severity,
    ValidationError,
    name_text,
    path_text,
    printable_text,
    quoted,
    refuse,
    show,
    within,
)
from .patterns import Patterns, read_pattern
from .rules import RULES, Rule
from .site import Cluster, Site
from .suppressions import INVALID, SUPPRESSIBLE, UNUSED

__all__ = [
    "OWN_FILE",
    "REPOSITORY",
    "Settings",
    "SettingsError",
    "SettingsFinder",
    "is_foreign",
    "is_shared",
    "per_file_ignores_in",
    "read_settings",
    "rule_names",
]

OWN_FILE = ".beakerspec.toml"
_SHARED_FILE = "pyproject.toml"
#: What the top folder of a repository holds: a folder, or a file in a worktree or a submodule.
REPOSITORY = ".git"
# A line that opens the table in the shared file, or a key of it, also one that is broken behind the name. There are
# rarer ways, such as an inline table.
_KEY = rb"""(?:{0}|"{0}"|'{0}')"""
_OPENS_TABLE = re.compile(
    rb"^[\[ \t]*(?:%b[ \t]*\.[ \t]*%b(?![\w-])|%b[ \t]*[.=\]])"
    % (_KEY.replace(b"{0}", b"tool"), *[_KEY.replace(b"{0}", b"beakerspec")] * 2),
    re.MULTILINE,
)

_SEVERITIES = ("error", "warning")
#: What settings can leave out. The other rules keep a file from being read, and are always reported.
_OPTIONAL = SUPPRESSIBLE | {UNUSED, INVALID}
_SEVERITY_OF = {rule.name: rule.severity for rule in RULES}


class SettingsError(BeakerSpecError, ValueError):
    """Settings cannot be read, or are invalid. Nothing can be checked with them."""

    def __str__(self) -> str:
        return "\n".join(map(_line, self.problems))


def _line(problem: Problem) -> str:
    place = "".join(f"{printable_text(part)}: " for part in (problem.file, problem.path) if part)
    return f"{place}{problem.message}" + (f"; {problem.hint}" if problem.hint else "")


@attrs.frozen(kw_only=True)
class Settings:
    """What is reported, and what is known about the site. Without a file, everything, and nothing."""

    #: The only rules that are reported, None for all; those that keep a file from being read always are.
    select: tuple[str, ...] | None = None
    #: The rules that are not reported, selected or not.
    ignore: tuple[str, ...] = ()
    #: The least severe problems that are reported.
    severity: Severity = "warning"
    #: Whether a warning counts as an error.
    warnings_as_errors: bool = False
    #: Whether specs inside workflows, Markdown and scripts are checked, too.
    embedded: bool = False
    #: Files and folders that are skipped where they are found: patterns as in `.gitignore`, from the folder of `file`.
    exclude: tuple[str, ...] = ()
    #: The severities of rules that differ from their own: "error", "warning", or "off", which is to ignore the rule.
    rules: FrozenDict[str] = attrs.field(factory=FrozenDict, converter=FrozenDict[str])
    #: For each pattern of the same kind, the rules that are ignored in the files that match it.
    per_file_ignores: FrozenDict[tuple[str, ...]] = attrs.field(
        factory=FrozenDict, converter=FrozenDict[tuple[str, ...]]
    )
    site: Site = attrs.field(factory=Site)
    #: The file they were read from.
    file: str | None = None

    def applies(self, rule: str) -> bool:
        """Whether problems of a rule are reported, as far as `select` and `ignore` say."""
        if rule not in _OPTIONAL:
            return True
        if rule in self.ignore or self.rules.get(rule) == "off":
            return False
        return self.select is None or rule in self.select

    def reports(self, rule: str) -> bool:
        """Whether problems of a rule are reported at all: they apply, and are severe enough."""
        if not self.applies(rule):
            return False
        return self.severity == "warning" or self.rules.get(rule, _SEVERITY_OF[rule]) == "error"

    @property
    def reported_rules(self) -> tuple[Rule, ...]:
        """The rules that are reported."""
        # A caller may have given lists, which are no keys.
        select = None if self.select is None else tuple(self.select)
        return _reported_rules(select, tuple(self.ignore), self.severity, self.rules)

    def severity_of(self, rule: str, severity: Severity) -> Severity:
        """The severity of a problem of a rule, from the one that it has by itself."""
        if self.warnings_as_errors or self.rules.get(rule) == "error":
            return "error"
        return "warning" if self.rules.get(rule) == "warning" else severity

    def at(self, file: str | os.PathLike[str] | None) -> Settings:
        """The settings for one file, with what `per_file_ignores` ignores in it. None is text without a file."""
        if file is None or not self.per_file_ignores:
            return self
        path = os.path.abspath(os.fsdecode(file))
        more = [
            rule
            for pattern, rules in self.per_file_ignores.items()
            if _patterns(self.file, (pattern,)).cover(path)
            for rule in rules
        ]
        return attrs.evolve(self, ignore=(*self.ignore, *more)) if more else self

    @property
    def excluded(self) -> Patterns:
        """What `exclude` says."""
        return _patterns(self.file, self.exclude)

    def overridden(
        self,
        *,
        select: Sequence[str] | None = None,
        ignore: Sequence[str] | None = None,
        severity: Severity | None = None,
        warnings_as_errors: bool | None = None,
    ) -> Settings:
        """The settings with those replaced that are given here, as options of the command line are.

        The names of rules are taken as they are: see `rule_names`.
        """
        return attrs.evolve(
            self,
            select=self.select if select is None else tuple(select),
            ignore=self.ignore if ignore is None else tuple(ignore),
            severity=self.severity if severity is None else severity,
            warnings_as_errors=self.warnings_as_errors if warnings_as_errors is None else warnings_as_errors,
        )


@lru_cache(maxsize=100)
def _reported_rules(
    select: tuple[str, ...] | None, ignore: tuple[str, ...], severity: Severity, rules: FrozenDict[str]
) -> tuple[Rule, ...]:
    """The rules that settings report, from all that `Settings.reports` reads."""
    # The settings of each file are made anew, and are mostly the same. To ask all rules again would take half the time
    # of `check(path)` of a real file.
    settings = Settings(select=select, ignore=ignore, severity=severity, rules=rules)
    return tuple(rule for rule in RULES if settings.reports(rule.name))


@cache
def _patterns(file: str | None, lines: tuple[str, ...]) -> Patterns:
    """Patterns that lead from the folder of a settings file."""
    folder = os.path.abspath("" if file is None else os.path.dirname(file))
    return Patterns.read(folder, lines, "the settings" if file is None else printable_text(file))


def rule_names(names: Iterable[str]) -> tuple[str, ...]:
    """The names, if each is that of a rule that may be selected or ignored; else `SettingsError`."""
    try:
        return _rules(list(names))
    except ValidationError as error:
        # The place in a list says nothing where the list was not written as one.
        raise SettingsError(attrs.evolve(problem, path="") for problem in error.problems) from None


def read_settings(path: str | os.PathLike[str]) -> Settings:
    """The settings in a file; of a `pyproject.toml`, those in its table.

    Raises `SettingsError` with everything that is wrong with them.
    """
    path = os.fsdecode(path)
    return _settings(path, _table(path, _contents(path), is_named=True) or {})


def per_file_ignores_in(path: str) -> Mapping[str, tuple[str, ...]] | None:
    """What ``per-file-ignores`` in a file holds; None where the file or the table is not there, which may be empty."""
    table = _table(path, _contents(path)) if os.path.exists(path) else None
    return _settings(path, table).per_file_ignores if table and "per-file-ignores" in table else None


class SettingsFinder:
    """The settings nearest to each of many files. It looks into each folder once, and reads each file once."""

    def __init__(self) -> None:
        #: The files that were ignored, since another user may have left them there: see `is_foreign`.
        self.ignored: list[str] = []
        self._by_folder: dict[str, Settings] = {}

    def settings_for(self, file: str | os.PathLike[str] | None) -> Settings:
        """The settings that hold for a file, there or not; for None, text without a file, in the working directory.

        Without a working directory, since it was removed, no settings hold for text and for relative paths.

        Raises `SettingsError` as `read_settings` does, also where a file on the way may hold settings and cannot be
        read.
        """
        passed: list[str] = []
        settings = Settings()
        for folder in _upwards("" if file is None else os.path.dirname(os.fsdecode(file))):
            known = self._by_folder.get(folder)
            if known is not None:
                settings = known
                break
            passed.append(folder)
            found = self._found_in(folder)
            if found is not None:
                settings = _settings(*found)
                break
        self._by_folder.update(dict.fromkeys(passed, settings))
        return settings

    def _found_in(self, folder: str) -> tuple[str, Any] | None:
        """The file with settings in this very folder, and what it holds for beakerspec."""
        for name in (OWN_FILE, _SHARED_FILE):
            path = os.path.join(folder, name)
            if not os.path.exists(path):
                continue
            if is_foreign(path):
                self.ignored.append(path)
                continue
            table = _table(path, _contents(path))
            if table is not None:
                return path, table
        return None


def _upwards(folder: str) -> Iterator[str]:
    """A folder and its parents, up to the one that holds `.git` or the root."""
    try:
        folder, inner = os.path.abspath(folder), ""
    except OSError:  # the working directory was removed
        return
    while folder != inner:
        yield folder
        repository = os.path.join(folder, REPOSITORY)
        if os.path.lexists(repository) and not is_foreign(repository):
            return
        folder, inner = os.path.dirname(folder), folder


def is_foreign(path: str) -> bool:
    """Whether a file belongs neither to the user nor to root, and lies in a shared folder.

    A shared folder is one that everyone can write to, such as ``/tmp``, or one that its group can write to and that has
    the sticky bit: its members do not change each other's files. Without that bit, a folder of a group is a team's
    project, and its settings are the team's. On Windows no file is foreign.
    """
    if sys.platform == "win32":
        return False
    try:
        owner, folder = os.lstat(path).st_uid, os.stat(os.path.dirname(path)).st_mode
    except OSError:  # whoever reads the file says why
        return False
    if owner in (0, os.geteuid()):
        return False
    return bool(folder & stat.S_IWOTH or (folder & stat.S_ISVTX and folder & stat.S_IWGRP))


def _contents(path: str) -> bytes:
    try:
        if os.path.exists(path) and not os.path.isfile(path):  # to read a pipe is to wait
            raise _wrong(path, "not a file")
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise _wrong(path, error.strerror or str(error)) from None


def is_shared(path: str) -> bool:
    """Whether the settings in a file are in its table ``tool.beakerspec``."""
    return os.path.basename(path) == _SHARED_FILE


def _table(path: str, data: bytes, *, is_named: bool = False) -> Any:
    """What a file holds for beakerspec; None where that is nothing. `is_named` is a file that the user has named."""
    if is_shared(path) and b"beakerspec" not in data and not is_named:
        return None
    # What is wrong with a shared file that only mentions beakerspec, as a dependency, is not for it to say.
    is_ours = is_named or not is_shared(path) or _OPENS_TABLE.search(data) is not None
    content, problems = decode(data, path)
    if problems:
        if not is_ours:
            return None
        raise SettingsError(problems)
    try:
        toml: Any = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    except ImportError:
        if not is_ours:
            return None
        raise _wrong(path, "reading it requires tomli", 'pip install "beakerspec[cli]"') from None
    try:
        table: Any = toml.loads(content)
    except (ValueError, RecursionError) as error:
        if not is_ours:
            return None
        raise _wrong(path, f"invalid TOML: {error}") from None
    if is_shared(path):
        tool = table.get("tool")
        return tool.get("beakerspec") if isinstance(tool, dict) else None
    return table


def _wrong(path: str, message: str, hint: str | None = None) -> SettingsError:
    return SettingsError([Problem(rule="settings", message=message, hint=hint, file=path)])


def _settings(path: str, table: object) -> Settings:
    """The settings in the table of a file."""
    try:
        return Settings(file=path, **_arguments(_read(table, _SETTINGS)))
    except ValidationError as error:
        outer = ("tool", "beakerspec") if is_shared(path) else ()
        problems = within(error.problems, *outer)
        raise SettingsError(attrs.evolve(each, rule="settings", file=path) for each in problems) from None


# What follows reads one kind of setting each: it returns what the setting means, or raises `ValidationError`.


def _read(table: object, readers: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    """What the readers make of a table, with the problems of all its keys."""
    if not isinstance(table, dict):
        refuse("settings", expected="a table", found=show(table))
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for key, value in table.items():
        try:
            if key not in readers:
                known = f"a setting: {', '.join(readers)}"
                refuse(
                    "settings",
                    expected=known,
                    found=name_text(key),
                    hint=DID_YOU_MEAN,
                    suggestion=nearest(key, readers),
                )
            values[key] = readers[key](value)
        except ValidationError as error:
            problems += within(error.problems, key)
    if problems:
        raise ValidationError(problems)
    return values


def _arguments(values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings under the names of the attributes that keep them."""
    return {key.replace("-", "_"): value for key, value in values.items()}


def _texts(item: Callable[[Any], str]) -> Callable[[Any], tuple[str, ...]]:
    return lambda value: tuple(list_of(item, value, hint="put it in brackets" if isinstance(value, str) else None))


def _one_of(allowed: Iterable[str], what: str) -> Callable[[Any], str]:
    names = tuple(allowed)

    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in names:
            refuse(
                "settings",
                expected=f"{what}: {', '.join(names)}",
                found=show(value),
                hint=DID_YOU_MEAN,
                suggestion=nearest(value, names) if isinstance(value, str) else None,
            )
        return value

    return read


def _name(value: Any) -> str:
    return text(value) or refuse("settings", expected="a name", found='""')


def _rule(value: Any) -> str:
    name = text(value)
    if name in _OPTIONAL:
        return name
    if any(name == rule.name for rule in RULES):
        return refuse("settings", f"{name} is always reported: it keeps a file from being read", hint="remove it")
    near = nearest(name, _OPTIONAL)
    hint = "`beakerspec rules` lists the rules" if near is None else DID_YOU_MEAN
    return refuse("settings", expected="a rule name", found=show(name), hint=hint, suggestion=near)


def _pattern(value: Any) -> str:
    pattern = text(value)
    if read_pattern(pattern) is None:
        refuse("settings", expected='a pattern as in .gitignore, such as "old/" or "*.draft.yaml"', found=show(pattern))
    return pattern


def _covering_pattern(value: Any) -> str:
    pattern = read_pattern(value)
    if pattern is None or not pattern.covers:
        refuse("settings", expected='a pattern as in .gitignore, such as "sweeps/"', found=show(value))
    return str(value)


def _table_of(key: Callable[[Any], str], item: Callable[[Any], Any]) -> Callable[[Any], dict[str, Any]]:
    """The reader of a table whose keys have to be read, too."""

    def reader(name: str) -> Callable[[Any], Any]:
        return lambda value: key(name) and item(value)

    return lambda table: _read(table, {name: reader(name) for name in table} if isinstance(table, dict) else {})


def _absolute_path(value: Any) -> str:
    path = text(value)
    if not path.startswith("/"):
        refuse("settings", expected="an absolute path", found=show(path))
    return path


def _duration(value: Any) -> int:
    if not isinstance(value, str):
        refuse("settings", expected='a duration string such as "48h"', found=show(value))
    nanoseconds = parse_duration(value)
    if nanoseconds <= 0:
        refuse("settings", expected="a duration above 0", found=show(value))
    return nanoseconds


def _count(value: Any) -> int:
    number = optional_integer(value)
    if number is None or number < 0:
        refuse("settings", expected="an integer of at least 0", found=show(value))
    return number


def _size(value: Any) -> int:
    if not isinstance(value, str):
        refuse("settings", expected='a size string such as "90GiB"', found=show(value))
    return parse_size(value) or refuse("settings", expected="a size above 0", found=show(value))


def _positive(value: Any) -> float:
    number = optional_number(value)
    if number is None or number <= 0:
        refuse("settings", expected="a number above 0", found=show(value))
    return number


def _clusters(table: Any) -> tuple[Cluster, ...]:
    values = _read(table, dict.fromkeys(table, _cluster) if isinstance(table, dict) else {})
    clusters = tuple(Cluster(name=name, **value) for name, value in values.items())
    owners = {cluster.name: cluster.name for cluster in clusters}
    problems: list[Problem] = []
    for cluster in clusters:
        for index, alias in enumerate(cluster.aliases):
            owner = owners.setdefault(alias, cluster.name)
            if owner != cluster.name:
                problems.append(
                    Problem(
                        rule="settings",
                        expected="a name of only this cluster",
                        found=f"{quoted(alias)}, which already names {quoted(owner)}",
                        path=path_text(cluster.name, "aliases", index),
                    )
                )
    if problems:
        raise ValidationError(problems)
    return clusters


def _cluster(table: Any) -> dict[str, Any]:
    return _arguments(_read(table, _CLUSTER))


def _site(table: Any) -> Site:
    values = _read(table, _SITE)
    shortest, longest = values.get("min-timeout"), values.get("max-timeout")
    if shortest is not None and longest is not None and shortest > longest:
        most = f"at most max-timeout, {table['max-timeout']}"
        refuse("settings", expected=most, found=table["min-timeout"], path="min-timeout")
    return Site(**_arguments(values))


_rules = _texts(_rule)

_CLUSTER: dict[str, Callable[[Any], Any]] = {
    "aliases": _texts(_name),
    "gpus-per-node": _count,
    "memory-per-gpu": _size,
    "cpus-per-gpu": _positive,
}
_SITE: dict[str, Callable[[Any], Any]] = {
    "clusters": _clusters,
    "priorities": _texts(_one_of((priority.value for priority in Priority), "a priority")),
    "min-timeout": _duration,
    "max-timeout": _duration,
    "host-paths": _texts(_absolute_path),
    "require-budget": boolean,
    "budgets": _texts(_name),
}
_SETTINGS: dict[str, Callable[[Any], Any]] = {
    "select": _rules,
    "ignore": _rules,
    "severity": _one_of(_SEVERITIES, "a severity"),
    "warnings-as-errors": boolean,
    "embedded": boolean,
    "exclude": _texts(_pattern),
    "rules": _table_of(_rule, _one_of((*_SEVERITIES, "off"), "a severity")),
    "per-file-ignores": _table_of(_covering_pattern, _rules),
    "site": _site,
}
