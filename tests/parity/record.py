"""Write record.json anew: what beaker-py does with the inputs and calls, and two releases with what beakerspec writes.

Run ``python tests/parity/record.py`` when the inputs, the calls, or what beakerspec makes and writes has changed. It
needs what beakerspec needs, and the network: it installs the releases into virtual environments of their own,
which it deletes at the end.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

#: For each release the module that holds its classes, and the class of experiment specs.
RELEASES = {
    "1.38.1": ("beaker.data_model.experiment_spec", "ExperimentSpec"),
    "2.8.1": ("beaker.types", "BeakerExperimentSpec"),
}

#: JSON-compatible data.
Json = Any


def install(release: str, folder: Path) -> str:
    """The interpreter of a new virtual environment in `folder` that has this release of beaker-py."""
    builder = venv.EnvBuilder(with_pip=True)
    builder.create(folder)
    python: str = builder.ensure_directories(folder).env_exe
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, f"beaker-py=={release}", "pyyaml==6.0.3"], check=True)
    return python


def ask(python: str, release: str, request: Json) -> Json:
    """The answer of the driver to a request, given by this release in this interpreter's environment."""
    # -I keeps the developer's own packages out, UTF-8 makes `open` read files as on most machines.
    command = [python, "-I", "-X", "utf8", str(HERE / "driver.py"), *RELEASES[release]]
    done = subprocess.run(command, input=json.dumps(request), stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def lines(record: Json) -> Iterator[str]:
    """The record as JSON text with one line for each entry of its parts."""
    yield "{"
    parts = list(record.items())
    for name, entries in parts:
        yield f"{json.dumps(name)}: {{"
        items = sorted(entries.items())
        for key, value in items:
            text = json.dumps(value, sort_keys=True, allow_nan=False, separators=(",", ":"))
            yield f"{json.dumps(key)}: {text}{',' * (key != items[-1][0])}"
        yield "}" + "," * (name != parts[-1][0])
    yield "}"


def make(pythons: dict[str, str]) -> Json:
    """The record, from the interpreters of the releases."""
    sys.path[:0] = [str(HERE.parent), str(HERE.parents[1])]  # a script's own folder is all that is on it
    from parity.documents import DOCUMENTS
    from parity.inputs import INPUTS
    from parity.marks import canonical
    from parity.outcomes import digests, made, read, written
    from parity.values import VALUES

    first = ask(pythons["1.38.1"], "1.38.1", {"data": INPUTS, "behaviour": True})
    specs = {name: spec for name, data in INPUTS.items() if (spec := read(data)) is not None}
    ours: dict[str, Json] = {name: written(spec) for name, spec in specs.items()}
    packages = {}
    for release, python in pythons.items():
        answer = ask(
            python,
            release,
            {
                "data": {name: spec.to_json() for name, spec in specs.items()},
                "texts": {name: entry["yaml"] for name, entry in ours.items()},
            },
        )
        packages[f"beaker-py {release}"] = answer["packages"]
        for name, entry in ours.items():
            for form, outcomes in (("json", answer["data"]), ("yaml", answer["texts"])):
                if outcomes[name] != entry["json"]:
                    entry[f"{release} reads {form}"] = outcomes[name]
    for name, entry in ours.items():
        if canonical(entry["json"]) == canonical(first["data"][name]):
            del entry["json"]  # what stands under "read" already
    others = {name: data for name in (*DOCUMENTS, *VALUES) if (data := made(name)) is not None}
    return {
        "about": {**digests(), "python": sys.version.split()[0]},
        "packages": packages,
        "api": first["api"],
        "signatures": first["signatures"],
        "behaviour": first["behaviour"],
        "read": first["data"],
        "written": ours,
        "made": {name: data for name, data in others.items() if canonical(data) != canonical(first["data"][name])},
    }


def main() -> None:
    """Install both releases, ask them, and write the record."""
    with tempfile.TemporaryDirectory() as folder:
        pythons = {release: install(release, Path(folder, release)) for release in RELEASES}
        record = make(pythons)
    (HERE / "record.json").write_text("\n".join([*lines(record), ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
