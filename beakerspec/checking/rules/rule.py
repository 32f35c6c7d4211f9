"""What a rule is, and what it is given to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from textwrap import dedent
from typing import Any

import attrs

from ...docstrings import docstring_of
from ...model import ExperimentSpec
from ...problems import EXPECTED_GOT, Problem, Sentence, Severity, ValidationError
from ..site import NO_FACTS, Site
from .fields import WrittenField, repeated_uses, written_fields
from .fix import Fixer

__all__ = ["Find", "Rule", "Subject", "broken", "by_constructor", "reading_rule", "rule"]


@attrs.frozen
class Subject:
    """A spec, and what is known about it."""

    spec: ExperimentSpec
    #: The facts of the site.
    site: Site = NO_FACTS
    #: The plain data that the spec was made from, scalars as they stand in the file. Empty for a spec made in Python.
    data: Mapping[str, Any] = attrs.field(factory=dict)
    #: Whether the data is from a JSON file, where programs write what people write in YAML.
    is_json: bool = False
    #: The text that the data was read from; None where it is not at hand.
    text: str | None = None
    #: Whether the spec may have a field that this version does not know. To look for one takes 3 % of the time of
    #: `check` of real files.
    has_unknown_fields: bool = True

    def may_hold(self, sign: str) -> bool:
        """Whether the text may hold a sign, without which some rules need not look at all of the data."""
        return self.text is None or sign in self.text

    @cached_property
    def fields(self) -> list[WrittenField]:
        """The fields of the file that may be given in a way that the spec does not show."""
        return list(written_fields(self.data))

    @cached_property
    def repeated(self) -> frozenset[tuple[str | int, ...]]:
        """The paths at which a file uses a value again that stands in it once, under an anchor."""
        return frozenset(repeated_uses(self.data)) if self.may_hold("*") else frozenset()


Find = Callable[[Subject], Iterator[Problem]]


@attrs.frozen(kw_only=True)
class Rule:
    """One thing that can be wrong with a spec, and all that is known about it."""

    #: The function that declares it. Its name is that of the rule, and its docstring says what is wrong, then why.
    function: Callable[..., Any] = attrs.field(repr=False)
    severity: Severity
    #: The fields that decide about a finding, in the file's names: ``tasks[].image`` is the image of the task that the
    #: finding is about, ``tasks[*].name`` the names of all tasks. Empty where the place alone decides.
    reads: tuple[str, ...] = ()
    #: Whether each of these fields is looked at by itself, so that a finding depends on its own field alone.
    is_each: bool = False
    #: Whether a finding points at the key of its place, and not at what stands behind it.
    at_key: bool = False
    #: YAML that breaks it, and YAML that does not: a spec, or as much of one as the rule looks at.
    bad: str
    good: str
    #: The settings, in TOML, under which the examples are what they are, where they need any.
    settings: str = ""
    #: Whether a file that breaks it gives no spec. Such a rule is always reported: nothing can turn it off.
    is_fatal: bool = False
    #: How its findings are fixed, where they can be.
    fixer: Fixer | None = attrs.field(default=None, repr=False)
    #: Finds each place where a spec breaks it; None for what is found otherwise, mostly while a file is read.
    find: Find | None = attrs.field(default=None, repr=False)

    @cached_property
    def name(self) -> str:
        """In kebab-case, stable: what a suppression and the settings name."""
        return self.function.__name__.replace("_", "-")

    @property
    def is_relational(self) -> bool:
        """Whether what it finds about one task depends on other tasks."""
        return any("[*]" in field for field in self.reads)

    @cached_property
    def summary(self) -> str:
        """What is wrong, in one sentence."""
        return " ".join(self._doc[0].split())

    @cached_property
    def why(self) -> str:
        """Why it matters on Beaker, and what to do about it."""
        return self._doc[1]

    @cached_property
    def _doc(self) -> tuple[str, str]:
        summary, _, why = docstring_of(self.function).partition("\n\n")
        return summary, why

    def to_json(self) -> dict[str, Any]:
        """Plain data with all that programs may want to know."""
        hidden = ("function", "find", "fixer")
        fields = {field.name: getattr(self, field.name) for field in attrs.fields(Rule) if field.name not in hidden}
        return {"name": self.name, "summary": self.summary, "why": self.why, **fields, "fix": self.fix}

    @property
    def fix(self) -> str | None:
        """Whether its findings can be fixed: "safe", "unsafe", "safe or unsafe", or None."""
        return None if self.fixer is None else self.fixer.safety

    @property
    def examples(self) -> Iterator[tuple[str, str, str]]:
        """The title, language and text of each example, and of the settings for them."""
        if self.settings:
            yield "With these settings:", "toml", self.settings
        for title, example in (("Wrong:", self.bad), ("Right:", self.good)):
            if example:
                yield title, "json" if example.startswith("{") else "yaml", example


def rule(
    severity: Severity,
    *,
    reads: tuple[str, ...],
    bad: str,
    good: str,
    settings: str = "",
    is_each: bool = False,
    at_key: bool = False,
    is_fatal: bool = False,
    fixer: Fixer | None = None,
) -> Callable[[Find], Rule]:
    """Make a rule of a function that finds where a spec breaks it. See `Rule` for the parameters."""

    def made(find: Find) -> Rule:
        return Rule(
            function=find,
            severity=severity,
            reads=reads,
            bad=_example(bad),
            good=_example(good),
            settings=dedent(settings).strip("\n"),
            is_each=is_each,
            at_key=at_key,
            is_fatal=is_fatal,
            fixer=fixer,
            find=find,
        )

    return made


def reading_rule(
    severity: Severity = "error", *, bad: str, good: str, is_fatal: bool = True, fixer: Fixer | None = None
) -> Callable[[Callable[[], None]], Rule]:
    """Make a rule of a function without a body: what breaks it is found while a file is read."""

    def made(function: Callable[[], None]) -> Rule:
        return Rule(
            function=function,
            severity=severity,
            bad=_example(bad),
            good=_example(good),
            is_fatal=is_fatal,
            fixer=fixer,
        )

    return made


def _example(text: str) -> str:
    text = dedent(text).strip("\n")
    return f"{text}\n" if text else ""


def broken(
    path: str,
    message: str = EXPECTED_GOT,
    *,
    expected: str | None = None,
    found: str | None = None,
    hint: str | None = None,
    suggestion: str | None = None,
    other: str | None = None,
) -> Problem:
    """A place where a spec breaks a rule. `findings` adds what the rule knows: name, severity, where to point."""
    return Problem(
        rule="",
        message=Sentence(message),
        path=path,
        expected=expected,
        found=found,
        hint=None if hint is None else Sentence(hint),
        suggestion=suggestion,
        other=other,
    )


def by_constructor(check: Callable[[Any, Any, Any], None], instance: object, value: object) -> Iterator[Problem]:
    """What a rule finds that the constructors check as well."""
    try:
        check(instance, None, value)
    except ValidationError as error:
        yield from error.problems
