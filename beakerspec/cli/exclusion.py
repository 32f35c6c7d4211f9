"""Which of the files that a command finds are left out, and why."""

from __future__ import annotations

import os
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterable

import attrs

from ..bulk.inputs import SUFFIXES
from ..checking.patterns import Patterns, read_pattern
from ..checking.settings import REPOSITORY, Settings, SettingsError, SettingsFinder, is_foreign
from ..problems import quoted

__all__ = ["Exclusion", "add_exclusion_options", "exclusion_of"]

_GITIGNORE = ".gitignore"


def add_exclusion_options(parser: ArgumentParser) -> None:
    """Add the options that leave files out: see `exclusion_of`."""
    files = parser.add_argument_group("files")
    files.add_argument(
        "--exclude",
        metavar="PATTERN",
        action="append",
        default=[],
        type=_pattern,
        help="skip files and folders that match a pattern as in .gitignore, beside those that settings exclude; can be "
        "repeated",
    )
    files.add_argument(
        "--force-exclude",
        action="store_true",
        help="exclude files that are named, too, for callers such as pre-commit",
    )
    files.add_argument(
        "--no-gitignore", action="store_true", help="do not skip what .gitignore files ignore in a git repository"
    )


def _pattern(text: str) -> str:
    if read_pattern(_from(os.path.abspath(""), text)) is None:
        raise ArgumentTypeError(f"expected a pattern as in .gitignore, got {quoted(text)}")
    return text


def exclusion_of(
    options: Namespace,
    settings: Settings | None = None,
    on_skip: Callable[[str, str], object] | None = None,
) -> Exclusion:
    """What these options leave out. See `Exclusion`."""
    return Exclusion(
        options.exclude,
        settings,
        is_forced=options.force_exclude,
        reads_gitignore=not options.no_gitignore,
        on_skip=on_skip,
    )


@attrs.frozen
class _Folder:
    """What is known about a folder."""

    #: Why it is left out, if it is.
    reason: str | None = None
    #: The patterns that hold in it: those of each of the first, and the nearest of the second that matches.
    excluded: tuple[Patterns, ...] = ()
    ignored: tuple[Patterns, ...] = ()
    #: Whether it is in a git repository: elsewhere `.gitignore` files mean nothing.
    is_in_repository: bool = False
    settings_error: SettingsError | None = None

    @property
    def is_plain(self) -> bool:
        """Whether everything in it stays."""
        return not (self.excluded or self.ignored or self.reason or self.settings_error)

    def reason_for(self, path: str, is_folder: bool) -> str | None:
        """Why something in it is left out, if it is."""
        for patterns in self.excluded:
            if patterns.decide(path, is_folder):
                return f"excluded by {patterns.source}"
        for patterns in self.ignored:
            decision = patterns.decide(path, is_folder)
            if decision is not None:
                return f"ignored by {patterns.source}" if decision else None
        return None


class Exclusion:
    """What is left out of the files that are found: what patterns and settings exclude, and what git ignores.

    `patterns` lead from the working directory. `settings` are those for all files; None takes those nearest to each.
    Files that are named stay, unless `is_forced` and a pattern or settings exclude them. A folder that is named is
    searched, and files in it are left out for their own sake. `on_skip` is called with what is left out, and why.
    """

    def __init__(
        self,
        patterns: Iterable[str] = (),
        settings: Settings | None = None,
        *,
        is_forced: bool = False,
        reads_gitignore: bool = True,
        on_skip: Callable[[str, str], object] | None = None,
    ) -> None:
        self._given: tuple[Patterns, ...] = ()
        if patterns:
            folder = os.path.abspath("")
            self._given = (Patterns.read(folder, (_from(folder, each) for each in patterns), "--exclude"),)
        self._settings = settings
        self._is_forced = is_forced
        self._reads_gitignore = reads_gitignore
        self._on_skip = on_skip or (lambda path, reason: None)
        self._finder = SettingsFinder()
        #: Each folder is looked into once. The first are by their absolute paths, the second as they are written.
        self._folders: dict[str, _Folder] = {}
        self._written: dict[str, tuple[str, _Folder]] = {}

    def skips(self, path: str, is_folder: bool = False) -> bool:
        """Whether something that was found is left out. Raises `SettingsError` if the settings for a spec are wrong."""
        folder, name = os.path.split(path)
        location, known = self._known(folder)
        if known.is_plain:
            return False
        reason = known.reason or known.reason_for(os.path.join(location, name), is_folder)
        if reason is not None:
            self._on_skip(path, reason)
        elif known.settings_error is not None and not is_folder and path.endswith(SUFFIXES):
            raise known.settings_error
        return reason is not None

    def skips_named(self, path: str) -> bool:
        """Whether a file that was named is left out."""
        return self._is_forced and self.excludes(path)

    def excludes(self, path: str) -> bool:
        """Whether a pattern or settings exclude a file, or a folder on the way to it."""
        location, known = self._known(os.path.dirname(path))
        path_from_root = os.path.join(location, os.path.basename(path))
        for patterns in known.excluded:
            if patterns.cover(path_from_root):
                self._on_skip(path, f"excluded by {patterns.source}")
                return True
        return False

    def enter(self, folder: str) -> None:
        """Search a folder that was named, whatever would leave it out."""
        location, known = self._known(folder)
        excluded = known.excluded if self._is_forced else tuple(each.sparing(location) for each in known.excluded)
        is_excluded = any(each.cover(os.path.join(location, "")) for each in excluded)
        known = attrs.evolve(
            known,
            reason=known.reason if is_excluded else None,
            excluded=excluded,
            ignored=tuple(each.sparing(location) for each in known.ignored),
        )
        self._folders[location] = known
        self._written[folder] = location, known

    def _known(self, folder: str) -> tuple[str, _Folder]:
        """The absolute path of a folder, and what is known about it."""
        if folder not in self._written:
            try:
                location = os.path.abspath(folder)
            except OSError:  # the working directory was removed
                location = folder
            self._written[folder] = location, self._looked_into(location)
        return self._written[folder]

    def _looked_into(self, location: str) -> _Folder:
        pending: list[str] = []
        while location not in self._folders:
            pending.append(location)
            outer = os.path.dirname(location)
            if outer == location:
                break
            location = outer
        known = self._folders.get(location, _Folder())
        for inner in reversed(pending):
            self._folders[inner] = known = self._inside(inner, known)
        return known

    def _inside(self, folder: str, outer: _Folder) -> _Folder:
        """What is known about a folder, from what is known about the one around it."""
        reason = outer.reason or outer.reason_for(folder, True)
        error = None
        settings = self._settings
        if settings is None:
            try:
                settings = self._finder.settings_for(os.path.join(folder, "-"))
            except SettingsError as found:
                settings, error = Settings(), found
        excluded = (*self._given, settings.excluded) if settings.exclude else self._given
        ignored, is_in_repository = outer.ignored, outer.is_in_repository
        if self._reads_gitignore:
            top = os.path.join(folder, REPOSITORY)
            if os.path.lexists(top) and not is_foreign(top):
                ignored, is_in_repository = (), True
            if is_in_repository:
                own = _gitignore(folder)
                ignored = ignored if own is None else (own, *ignored)
        return _Folder(reason, excluded, ignored, is_in_repository, error)


def _from(folder: str, pattern: str) -> str:
    """A pattern that starts with a dot or the folder as one that leads from the folder."""
    start = os.path.join(folder, "")
    if pattern.startswith(start):
        return f"/{pattern[len(start) :]}"
    return pattern[1:] if pattern.startswith("./") else pattern


def _gitignore(folder: str) -> Patterns | None:
    path = os.path.join(folder, _GITIGNORE)
    if not os.path.isfile(path) or is_foreign(path):
        return None
    try:
        with open(path, "rb") as file:
            text = os.fsdecode(file.read().removeprefix(b"\xef\xbb\xbf"))
    except OSError:  # what git cannot read, it does not ignore by
        return None
    return Patterns.read(folder, (line.removesuffix("\r") for line in text.split("\n")), path)
