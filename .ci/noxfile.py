"""One session for each check: `nox -f .ci/noxfile.py -l` lists them, and `-s lint` runs one.

`.ci/run` runs those that the list marks with a star. The tests run against the installed wheel, in a folder without the
package. Options for pytest follow `--`: `nox -f .ci/noxfile.py -s "tests(3.12-newest)" -- -k duration`.
"""

from __future__ import annotations

import configparser
import glob
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import nox
import nox.registry

# These would change what pip and Python do in every session.
for variable in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"):
    os.environ.pop(variable, None)

ROOT = Path(__file__).parent.parent
#: What the tests read beside the package.
TESTED = ("tests", "benchmarks", "README.md", "CHANGELOG.md", "pyproject.toml")
#: The tests of what reads YAML, with libyaml or without.
READING = ("test_reading.py", "test_fast_reader.py", "test_golden.py", "test_scalars.py")

VERSION = """
import ensurepip, sys, venv
if sys.version_info >= (3, 10) and sys.version_info.releaselevel == "final":
    print("%d.%d" % sys.version_info[:2], sys.executable)
"""
LIBRARIES = """
import platform, sys
from importlib.metadata import distributions

found = {dist.metadata["Name"]: dist.version for dist in distributions()}
try:
    from yaml._yaml import get_version_string
    found["libyaml"] = get_version_string()
except ImportError:
    pass
found["Python"] = platform.python_version()
print(", ".join(f"{name} {found[name]}" for name in sys.argv[1:] if name in found))
"""


def pythons() -> dict[str, str]:
    """Return a Python of each minor version from 3.10 up that can make environments, the oldest first.

    Some of the names on the PATH lead to launchers that refuse to start, so each is tried.
    """
    names = [f"python3.{minor}" for minor in range(10, 30)] + ["python3", "python"]
    folders = os.environ.get("PATH", "").split(os.pathsep)
    candidates = [path for name in names for folder in folders if (path := shutil.which(name, path=folder))]
    pyenv = os.environ.get("PYENV_ROOT") or str(Path.home() / ".pyenv")
    candidates += [*sorted(glob.glob(f"{pyenv}/versions/*/bin/python")), sys.executable]
    found: dict[str, str] = {}
    for python in dict.fromkeys(candidates):
        done = subprocess.run([python, "-c", VERSION], capture_output=True, text=True, check=False)
        if done.returncode == 0 and done.stdout:
            version, executable = done.stdout.strip().split(" ", 1)
            found.setdefault(version, executable)
    return dict(sorted(found.items(), key=lambda item: int(item[0].partition(".")[2])))


PYTHONS = pythons()
if not PYTHONS:
    sys.exit("no Python from 3.10 up that can make virtual environments")
OLDEST, NEWEST = next(iter(PYTHONS)), list(PYTHONS)[-1]


def setup() -> configparser.ConfigParser:
    """Return what setup.cfg holds."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return config


def tool(name: str) -> str:
    """Return the requirement of a tool, as the extra `dev` gives it."""
    lines = setup()["options.extras_require"]["dev"].split()
    return next(line for line in lines if re.match(rf"{name}\b", line))


def floors() -> str:
    """Return the lowest release of each library that setup.cfg allows, as constraints for pip."""
    config = setup()
    extras = config["options.extras_require"]
    lists = config["options"]["install_requires"], extras["cli"], extras["dask"], extras["move"], extras["test"]
    lines = []
    for requirement in filter(str.strip, "\n".join(lists).split("\n")):
        floor = re.fullmatch(r"\s*([\w.-]+)(?:\[[\w,]+\])?\s*[>=]=\s*([\w.]+)\s*(?:;.*)?", requirement)
        if floor is not None:
            lines.append(f"{floor[1]}=={floor[2]}")
        elif not requirement.strip().startswith("beakerspec["):
            sys.exit(f"setup.cfg: no lowest release: {requirement.strip()}")
    return "\n".join(lines)


@contextmanager
def project() -> Iterator[Path]:
    """Give a copy of the project, so that no session writes to it."""
    with TemporaryDirectory() as scratch:
        ignored = shutil.ignore_patterns(".git", ".nox", ".venv", "__pycache__", "build", "dist", "*.egg-info")
        yield Path(shutil.copytree(ROOT, Path(scratch, "project"), ignore=ignored))


@contextmanager
def tested(session: nox.Session, *options: str) -> Iterator[Path]:
    """Install a wheel, the one that WHEEL names or else a new one, and give a folder with its tests."""
    with project() as copy:
        wheel = os.environ.get("WHEEL")
        if wheel is None:
            session.run_install("python", "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", f"{copy}/dist", str(copy))
            wheel = next(iter(glob.glob(f"{copy}/dist/*.whl")), "")
        session.install(*options, f"{wheel}[test]")
        names = [line.partition("==")[0] for line in floors().split()]
        session.run_install("python", "-c", LIBRARIES, "Python", "libyaml", *names)
        folder = copy.parent / "tested"
        folder.mkdir()
        for name in TESTED:
            shutil.move(copy / name, folder)
        session.chdir(folder)
        yield folder


def pytest(session: nox.Session, *default: str, env: dict[str, str | None] | None = None) -> None:
    """Run pytest with the options that follow `--`, or else with the default ones."""
    session.run("python", "-m", "pytest", *(session.posargs or default), env=env)


@nox.session(python=PYTHONS[OLDEST])
def build(session: nox.Session) -> None:
    """Make wheel and sdist, in the folder after `--` if there is one, and check what they hold."""
    session.install(tool("build"), tool("twine"))
    with project() as copy:
        built = Path(session.posargs[0]) if session.posargs else copy.parent / "built"
        session.run("python", "-m", "build", "--quiet", "--outdir", str(built), str(copy))
        session.run("python", "-m", "twine", "check", "--strict", *map(str, built.iterdir()))
        (wheel,), (sdist,) = built.glob("*.whl"), built.glob("*.tar.gz")
        with zipfile.ZipFile(wheel) as archive:
            in_wheel = {name for name in archive.namelist() if not name.endswith("/")}
        with tarfile.open(sdist) as archive:
            in_sdist = {str(PurePosixPath(*PurePosixPath(name).parts[1:])) for name in archive.getnames()}
    package = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "beakerspec").rglob("*")
        if path.suffix == ".py" or path.name == "py.typed"
    }
    dist_info = {name for name in in_wheel if name.split("/")[0].endswith(".dist-info")}
    if in_wheel - dist_info != package:
        session.error(f"the wheel and the package differ in {(in_wheel - dist_info) ^ package}")
    if not any(name.endswith("/LICENSE") for name in dist_info):
        session.error("the wheel has no LICENSE")
    if missing := (package | {"LICENSE", "README.md", "pyproject.toml", "setup.cfg"}) - in_sdist:
        session.error(f"the sdist lacks {missing}")
    session.log(f"{wheel.name}: {len(package)} files and nothing else")


@nox.session(python=PYTHONS[OLDEST])
def format(session: nox.Session) -> None:
    """Check the layout of the code."""
    session.install(tool("ruff"))
    session.chdir(ROOT)
    session.run("ruff", "format", "--no-cache", "--check", ".")


@nox.session(python=PYTHONS[OLDEST])
def lint(session: nox.Session) -> None:
    """Check the code with ruff."""
    session.install(tool("ruff"))
    session.chdir(ROOT)
    session.run("ruff", "check", "--no-cache", ".")


@nox.session(python=PYTHONS[OLDEST])
def types(session: nox.Session) -> None:
    """Check the types with mypy and pyright."""
    with project() as copy:
        session.install(f"{copy}[test]")
        session.chdir(copy)
        session.run("mypy")
        session.run("pyright", "--pythonpath", str(Path(session.bin, "python")))


@nox.session(venv_backend="none")
@nox.parametrize("marker", ["test-command", "main-command"], ids=["test-command", "main-command"])
def readme(session: nox.Session, marker: str) -> None:
    """Run the command that README.md gives after a marker, as on a machine whose `python3` is the oldest Python."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    command = re.search(rf"^<!-- {marker} -->\n+```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    if command is None:
        session.error(f"README.md has no block after <!-- {marker} -->")
    with project() as copy:
        path = copy.parent / "path"
        path.mkdir()
        python3 = path / "python3"
        python3.write_text(f'#!/bin/sh\nexec "{PYTHONS[OLDEST]}" "$@"\n', encoding="utf-8")
        python3.chmod(0o755)
        session.chdir(copy)
        env = {"PATH": f"{path}{os.pathsep}{os.environ['PATH']}"}
        session.run("sh", "-ec", command[1], external=True, env=env)


@nox.session
@nox.parametrize(
    "python,libraries",
    [
        nox.param(path, libraries, id=f"{version}-{libraries}")
        for version, path in PYTHONS.items()
        for libraries in ("lowest", "newest")
    ],
)
def tests(session: nox.Session, libraries: str) -> None:
    """Run the tests with the lowest libraries that setup.cfg allows, or with the newest.

    The slow ones are left out, which take most of the time: README's test command runs them, and so does `-- tests`.
    """
    with TemporaryDirectory() as scratch:
        constraints = Path(scratch, "floors.txt")
        constraints.write_text(floors() if libraries == "lowest" else "", encoding="utf-8")
        with tested(session, "--constraint", str(constraints)):
            pytest(session, "-m", "not slow")


@nox.session(python=PYTHONS[OLDEST])
def without_libyaml(session: nox.Session) -> None:
    """Run the tests of the readers with a PyYAML that has no libyaml."""
    with tested(session) as folder:
        hidden = folder.parent / "hidden"
        hidden.mkdir()
        (hidden / "sitecustomize.py").write_text('import sys\n\nsys.modules["yaml._yaml"] = None\n', encoding="utf-8")
        pytest(session, *(f"tests/{name}" for name in READING), env={"PYTHONPATH": str(hidden)})


@nox.session(python=PYTHONS[OLDEST])
def hook(session: nox.Session) -> None:
    """Run the tests of the hook for pre-commit, which need the whole project."""
    with project() as copy:
        session.install(f"{copy}[test]")
        session.chdir(copy)
        pytest(session, "tests/test_pre_commit.py")


@nox.session(python=PYTHONS[NEWEST])
def fuzz(session: nox.Session) -> None:
    """Fuzz for a minute, with the same seed each time. Other options of tests/fuzz/run.py follow `--`."""
    with tested(session):
        # Where atheris has no wheel for this Python, the inputs are made without it.
        atheris = setup()["options.extras_require"]["fuzz"].strip()
        session.install("--only-binary=:all:", atheris, success_codes=[0, 1])
        options = session.posargs or ["--seconds", "60", "--seed", "1"]
        session.run("python", "tests/fuzz/run.py", *options)


@nox.session(python=PYTHONS[OLDEST])
def benchmarks(session: nox.Session) -> None:
    """Run the benchmarks once, to see that they run. Other options of `python -m benchmarks` follow `--`."""
    with project() as copy:
        session.chdir(copy)
        envs = str(copy.parent / "environments")
        # The libraries that only the full table has would take half of the time.
        options = session.posargs or ["--quick", "--contenders", "beakerspec,beaker-py-1,pyyaml"]
        session.run("python", "-m", "benchmarks", "--envs", envs, *options)


# What `nox` and `.ci/run` run: of the tests, the lowest libraries on the oldest and the newest Python, and the newest
# libraries on all but the oldest, where README's test command runs them.
CHOSEN = [f"{OLDEST}-lowest", f"{NEWEST}-lowest", *(f"{version}-newest" for version in list(PYTHONS)[1:])]
nox.options.sessions = [
    *(name for name in nox.registry.get() if name != "tests"),
    *(f"tests({name})" for name in dict.fromkeys(CHOSEN)),
]
