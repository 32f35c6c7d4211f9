"""The files of the comparison: each way to write a scalar for each kind of field, and what YAML and JSON have besides.

Each file has a readable id: ``yaml:task.replicas=0o10`` is a spec that is right but for `replicas`, which is
written so. An id starts with the ending of the file's name.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

__all__ = ["DOCUMENTS", "file_name"]

#: A right spec in YAML, to which lines of its task may be added.
TASK = "tasks:\n- image: {docker: d}\n  result: {path: /r}\n"
RIGHT = TASK + "  context: {}\n"

#: A line of the task for each kind of field, with the place of a scalar.
LINES = {
    "env-var.value": "envVars: [{{name: A, value: {}}}]",
    "task.replicas": "replicas: {}",
    "resources.cpuCount": "resources: {{cpuCount: {}}}",
    "task.hostNetworking": "hostNetworking: {}",
    "task.timeout": "timeout: {}",
    "task.command": "command: [{}]",
    "context.priority": "context: {{priority: {}}}",
    "constraints.gpu": "constraints: {{gpu: [{}]}}",
    "constraints.key": "constraints: {{{}: [x]}}",
}

#: Scalars as they are written, which readers of YAML take for various things.
SCALARS = [
    # whole numbers
    *("0", "-0", "+0", "7", "-7", "+7", "08", "010", "-010", "0_7", "0o10", "0O10", "-0o10", "0x1F", "0X1F", "-0x1F"),
    *("0x_F", "0b11", "0B11", "1_000", "1__0", "1_", "_1", "30", "9007199254740993"),
    *("9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "1" * 30),
    # numbers with a fraction or an exponent
    *("1.0", "1.", ".5", "-.5", "+.5", "0.50", "1.10", "8.5", "1_0.5", "1_0.5e+1", "0.1", "."),
    *("1e3", "1E3", "6e10", "1e-4", "1.0e3", "1.0e+3", "1.0e-3", "1.e3", ".5e1", ".5e+1", "1e400", "5e-324"),
    *(".inf", "-.inf", "+.Inf", ".INF", "inf", "infinity", ".nan", ".NaN", "nan"),
    # base 60, dates and times
    *("1:30", "1:30.5", "12:30:45", "2024-01-01", "2024-1-1", "2024-01-01T00:00:00Z", "2024-01-01 00:00:00"),
    # words
    *("true", "True", "TRUE", "tRuE", "false", "yes", "Yes", "no", "on", "Off", "y", "n", "Y", "t", "f"),
    *("", "~", "null", "Null", "NULL", "nULL", "none", "high", "HIGH", "=", "<<", "v2", "90m", "1h30m", "1 h"),
    # quoted
    *('"5"', "'5'", '""', "''", '"true"', "'null'", '"90m"', '"high"', "'<<'"),
    # with a tag
    *("! 5", "! '5'", "! true", "! a", "!!str 5", "!!str true", "!!str", "!!str ~", "!!int 5", '!!int "5"', "!!int x"),
    *("!!int 0x10", "!!float 5", "!!float .inf", "!!bool yes", '!!bool "true"', "!!bool 1", "!!null ''", "!!null x"),
    *("!!binary aGk=", "!!timestamp 2024-01-01", "!!python/none x", "!!python/tuple x", "!own 5"),
]

#: What stands after the needed fields of the task.
AFTER: dict[str, str] = {
    "nothing": "",
    "comments": "  # a comment\n  name: x # another\n# and one more\n",
    "end-of-document": "...\n",
    "second-document": "---\nbudget: b\n",
    "second-document-of-nothing": "---\n",
    "text-after-the-end": "...\nx",
    # tabs
    "tab-after-colon": "  name:\tx\n",
    "tab-before-colon": "  name\t: x\n",
    "tab-before-comment": "  name: x\t# a comment\n",
    "tab-at-the-end": "  name: x\t\n",
    "tab-in-brackets": "  command: [a,\tb]\n",
    "tab-in-brackets-over-lines": "  command: [\n\ta]\n",
    "tab-as-indentation": "\tname: x\n",
    "tab-after-dash": "  command:\n  -\ta\n",
    "tab-alone": "\t\n",
    "tab-in-text": "  name: a\tb\n",
    # anchors and merge keys
    "alias": "  command: &words [a]\n  arguments: *words\n",
    "alias-of-a-text": "  name: &name x\n  envVars: [{name: A, value: *name}]\n",
    "alias-of-a-number-as-text": "  replicas: &two 2\n  envVars: [{name: A, value: *two}]\n",
    "alias-as-a-key": "  name: &name x\n  constraints: {*name : [y]}\n",
    "alias-of-nothing": "  command: *words\n",
    "alias-before-its-anchor": "  command: *words\n  arguments: &words [a]\n",
    "alias-inside-of-itself": "  constraints: {gpu: &gpu [*gpu]}\n",
    "alias-inside-of-itself-in-a-command": "  command: &words [*words]\n",
    "anchor-given-twice": "  command: &words [a]\n  arguments: &words [b]\n  constraints: {gpu: *words}\n",
    "merge-key": "  resources: {<<: {gpuCount: 1, memory: 1GiB}, gpuCount: 2}\n",
    "merge-key-at-the-end": "  resources: {gpuCount: 2, <<: {gpuCount: 1}}\n",
    "merge-key-of-a-list": "  resources: {<<: [{gpuCount: 1}, {gpuCount: 2, memory: 1GiB}]}\n",
    "merge-key-of-no-list": "  resources: {<<: []}\n",
    "merge-key-inside-of-one": "  resources: {<<: {<<: {gpuCount: 1}}}\n",
    "merge-key-of-a-number": "  resources: {<<: 1}\n",
    "merge-key-of-null": "  resources: {<<: }\n",
    "merge-key-of-a-list-of-numbers": "  resources: {<<: [1]}\n",
    "merge-key-twice": "  resources: {<<: {gpuCount: 1}, <<: {memory: 1GiB}}\n",
    "merge-key-in-quotes": "  resources: {'<<': {gpuCount: 1}}\n",
    "merge-key-by-a-tag": "  resources: {!!merge x: {gpuCount: 1}}\n",
    "merge-key-of-a-key-given-twice": "  resources: {<<: {gpuCount: 1, gpuCount: 2}}\n",
    # keys
    "key-given-twice": "  name: x\n  name: y\n",
    "key-given-twice-with-one-value": "  name: x\n  name: x\n",
    "key-given-twice-once-in-quotes": "  name: x\n  'name': y\n",
    "key-given-twice-in-constraints": "  constraints: {gpu: [a], gpu: [b]}\n",
    "key-given-twice-in-an-unknown-field": "  colour: {a: {b: 1, b: 2}}\n",
    "key-of-a-number-once-in-quotes": "  constraints: {1: [a], '1': [b]}\n",
    "key-of-a-number-in-two-forms": "  constraints: {1: [a], 0x1: [b]}\n",
    "key-with-a-question-mark": "  ? name\n  : x\n",
    "key-of-a-list": "  constraints: {? [a] : b}\n",
    "key-of-a-mapping": "  constraints: {? {a: b} : c}\n",
    "key-of-a-field-as-a-number": "  1: x\n",
    "key-of-a-field-as-a-word": "  yes: x\n",
    "key-of-a-field-as-null": "  ~: x\n",
    "key-of-1000-characters": f"  constraints: {{{'k' * 1000}: [x]}}\n",
    "key-of-1025-characters": f"  constraints: {{{'k' * 1025}: [x]}}\n",
    "key-without-a-value": "  constraints: {gpu}\n",
    "key-next-to-its-value": '  constraints: {"gpu":[x]}\n',
    # text
    "text-over-lines": "  name: a\n    b\n\n    c\n",
    "text-as-a-literal-block": "  arguments:\n  - |\n    a\n    b\n",
    "text-as-a-folded-block": "  arguments:\n  - >-\n    a\n    b\n\n    c\n",
    "text-as-a-block-with-its-end": "  arguments:\n  - |+\n    a\n\n",
    "text-with-escapes": '  name: "a\\n\\x41\\u00e9\\U0001F600\\t\\0\\e\\/"\n',
    "text-with-an-unknown-escape": '  name: "\\q"\n',
    "text-with-half-a-surrogate-pair": '  name: "\\ud800"\n',
    "text-with-a-surrogate-pair": '  name: "\\ud83d\\ude00"\n',
    "text-beyond-unicode": '  name: "\\U00110000"\n',
    "text-with-a-nul": "  name: a\0b\n",
    "text-with-a-bell": "  name: a\ab\n",
    "text-with-a-delete": "  name: a\x7fb\n",
    "text-with-a-next-line": "  name: 'a\x85b'\n",
    "text-with-a-line-separator": "  name: 'a\u2028b'\n",
    "text-with-a-byte-order-mark": "  name: a\ufeffb\n",
    "text-with-a-noncharacter": "  name: a\uffffb\n",
    "text-with-a-form-feed": "  name: a\fb\n",
    "text-with-a-no-break-space": "  name: \u00a0x\n",
    "text-of-two-signs-for-one": "  name: e\u0301\n",
    "text-beyond-16-bits": "  name: \U0001f642\n",
    "text-with-a-colon": "  name: a: b\n",
    "text-with-a-colon-in-brackets": "  command: [a:b, http://x]\n",
    "text-with-a-hash": "  name: a#b\n",
    "text-with-braces": "  name: a{b}\n",
    "text-of-an-at-sign": "  name: @a\n",
    "text-of-a-backtick": "  name: `a`\n",
    "text-of-a-percent-sign": "  name: %a\n",
    "text-of-a-dash": "  command: [-]\n",
    "text-of-5000-digits": f"  name: {'1' * 5000}\n",
    "number-of-5000-digits": f"  replicas: {'1' * 5000}\n",
    "word-of-5000-digits": f"  command: [{'1' * 5000}]\n",
    "constraint-of-5000-digits": f"  constraints: {{gpu: [{'1' * 5000}]}}\n",
    "block-with-text-after-its-sign": "  name: |x\n",
    # numbers in other places
    "number-on-its-own-line": "  replicas:\n    5\n",
    "number-before-a-comment": "  replicas: 5 # five\n",
    "number-with-an-anchor": "  replicas: &five 5\n",
    "number-as-a-block": "  replicas: |\n    5\n",
    "number-as-a-folded-block": "  replicas: >-\n    5\n",
    # lists and mappings
    "comma-at-the-end": "  command: [a, ]\n",
    "comma-twice": "  command: [a, , b]\n",
    "bracket-left-open": "  command: [a\n",
    "pair-in-a-list": "  command: [a: b]\n",
    "mapping-for-a-list": "  command: {a: b}\n",
    "mapping-of-variables": "  envVars: {A: x}\n",
    "null-in-a-list": "  command: [a, ~]\n",
    "null-for-a-variable": "  envVars:\n  -\n",
    "null-for-a-mapping": "  resources:\n",
    "100-deep": f"  constraints: {{gpu: {'[' * 94}{']' * 94}}}\n",
    "120-deep": f"  constraints: {{gpu: {'[' * 120}{']' * 120}}}\n",
    "120-deep-in-an-unknown-field": f"  colour: {'[' * 120}{']' * 120}\n",
    # tags of what is no scalar
    "tag-map": "  resources: !!map {gpuCount: 1}\n",
    "tag-seq": "  command: !!seq [a]\n",
    "tag-set": "  command: !!set {a, b}\n",
    "tag-set-in-constraints": "  constraints: {gpu: !!set {a}}\n",
    "tag-omap": "  constraints: {gpu: !!omap [a: b]}\n",
    "tag-pairs": "  constraints: {gpu: !!pairs [a: b]}\n",
    "tag-str-of-a-mapping": "  resources: !!str {gpuCount: 1}\n",
    "tag-of-ones-own": "  resources: !own {gpuCount: 1}\n",
    "tag-in-full": "  replicas: !<tag:yaml.org,2002:int> 5\n",
    "tag-str-in-full": "  name: !<tag:yaml.org,2002:str> 5\n",
    "tag-str-of-a-key": "  !!str name: x\n",
    "tag-int-of-a-key": "  constraints: {!!int 1: [x]}\n",
    # templates
    "template": "  name: {{.Env.NAME}}\n",
    "template-in-quotes": "  name: '{{.Env.NAME}}'\n",
    "template-in-text": "  name: a{{.Env.NAME}}\n",
    # fields
    "unknown-field": "  colour: red\n",
    "unknown-field-of-null": "  colour:\n",
    "unknown-field-of-a-date": "  colour: 2024-01-01\n",
    "field-in-snake-case": "  host_networking: true\n",
    "unquoted-words-as-names": "  envVars: [{name: on, value: off}]\n",
}

#: Whole files of YAML.
WHOLE: dict[str, str | bytes] = {
    "byte-order-mark": "\ufeff" + RIGHT,
    "utf-16": RIGHT.encode("utf-16"),
    "utf-16-without-a-mark": RIGHT.encode("utf-16-le"),
    "utf-32": RIGHT.encode("utf-32"),
    "latin-1": (RIGHT + "  name: \u00e9\n").encode("latin-1"),
    "half-a-surrogate-pair": (RIGHT + "  name: \ud800\n").encode("utf-8", "surrogatepass"),
    "windows-line-ends": RIGHT.replace("\n", "\r\n"),
    "old-line-ends": RIGHT.replace("\n", "\r"),
    "no-line-end": RIGHT.rstrip("\n"),
    "start-of-document": "---\n" + RIGHT,
    "yaml-1.1": "%YAML 1.1\n---\n" + RIGHT,
    "yaml-1.2": "%YAML 1.2\n---\n" + RIGHT,
    "yaml-2.0": "%YAML 2.0\n---\n" + RIGHT,
    "short-for-a-tag": "%TAG !y! tag:yaml.org,2002:\n---\n" + RIGHT + "  replicas: !y!int 5\n",
    "empty": "",
    "comment": "# nothing\n",
    "null": "~\n",
    "text": "hello\n",
    "number": "1\n",
    "list": "- budget: b\n",
    "empty-mapping": "{}\n",
    "tag-map": "!!map {tasks: []}\n",
    "tasks-null": "tasks:\n",
    "tasks-empty": "tasks: []\n",
    "image-null": RIGHT.replace("{docker: d}", ""),
    "in-braces": "{tasks: [{image: {docker: d}, result: {path: /r}, context: {}}]}\n",
    "key-given-twice": "budget: a\n" + RIGHT + "budget: b\n",
    "version-v1": "version: v1\n" + RIGHT,
    "version-number": "version: 2\n" + RIGHT,
    "task-of-v1": "tasks:\n- spec: {image: i, resultPath: /r}\n  cluster: c\n",
}


def json_of(**fields: object) -> str:
    """A right spec in JSON, with these fields in its task."""
    return json.dumps({"tasks": [{"image": {"docker": "d"}, "result": {"path": "/r"}, "context": {}, **fields}]})


def json_with(field: str) -> str:
    """A right spec in JSON, with this field, as it is written, in its task."""
    return json_of(END=0).replace('"END": 0', field)


#: Whole files of JSON, or what may be taken for it. They are read under a name that ends in `.yaml` as well.
JSON: dict[str, str | bytes] = {
    "right": json_of(name="x", replicas=2, timeout="90m", command=["a", 1, 0.5]),
    "byte-order-mark": "\ufeff" + json_of(),
    "utf-16": json_of().encode("utf-16"),
    "empty": "",
    "null": "null",
    "list": "[]",
    "two": json_of() + "\n" + json_of(),
    "yaml": RIGHT,
    "yaml-in-braces": "{tasks: []}",
    "single-quotes": "{'tasks': []}",
    "comment": json_of() + "\n# a comment\n",
    "comment-of-javascript": "// a comment\n" + json_of(),
    "comma-at-the-end": '{"tasks": [], }',
    "tabs": json_of().replace(" ", "\t"),
    "no-spaces": json_of().replace(" ", ""),
    "key-given-twice": '{"tasks": [], "budget": "a", "budget": "b"}',
    "key-of-1025-characters": json_of(constraints={"k" * 1025: ["x"]}),
    "merge-key": json_of(resources={"<<": {"gpuCount": 1}}),
    "number-as-text": json_of(name=5),
    "boolean-as-text": json_of(name=True),
    "text-as-number": json_of(replicas="5"),
    "nan": json_with('"resources": {"cpuCount": NaN}'),
    "infinity": json_with('"resources": {"cpuCount": Infinity}'),
    "exponent-for-an-integer": json_with('"replicas": 1e1'),
    "exponent-for-a-number": json_with('"resources": {"cpuCount": 1e1}'),
    "exponent-for-a-duration": json_with('"timeout": 1e10'),
    "exponent-that-is-too-large": json_with('"constraints": {"gpu": [1e400]}'),
    "fraction-of-nothing-for-an-integer": json_with('"replicas": 2.0'),
    "zero-before-a-number": json_with('"replicas": 02'),
    "plus-before-a-number": json_with('"replicas": +2'),
    "boolean-in-capitals": json_with('"hostNetworking": True'),
    "word-for-a-boolean": json_with('"hostNetworking": yes'),
    "number-in-a-command": json_with('"command": [1.10, 1.0, 12345678901234567890]'),
    "exponent-in-a-command": json_with('"command": [1e3, 1e-7]'),
    "minus-zero-in-a-command": json_with('"command": [-0]'),
    "boolean-in-a-command": json_with('"command": [true]'),
    "anchor": json_with('"name": &name "x"'),
    "text-with-a-slash": json_with('"name": "\\/"'),
    "text-with-a-tab": json_with('"name": "a\tb"'),
    "text-over-lines": json_with('"name": "a\nb"'),
    "text-with-a-delete": json_with('"name": "a\x7fb"'),
    "text-with-a-surrogate-pair": json_with('"name": "\\ud83d\\ude00"'),
    "text-with-half-a-surrogate-pair": json_with('"name": "\\ud800"'),
    "text-beyond-16-bits": json_with('"name": "\U0001f642"'),
}


def documents() -> Iterator[tuple[str, str | bytes]]:
    """All files by id, each as text or as bytes."""
    for place, line in LINES.items():
        before = TASK if place == "context.priority" else RIGHT
        for scalar in SCALARS:
            yield f"yaml:{place}={scalar}", f"{before}  {line.format(scalar)}\n"
    for name, text in AFTER.items():
        yield f"yaml:after={name}", RIGHT + text
    for name, whole in WHOLE.items():
        yield f"yaml:whole={name}", whole
    for name, whole in JSON.items():
        yield f"json:{name}", whole
        yield f"yaml:json={name}", whole


def collect() -> dict[str, bytes]:
    """All files by id, sorted by it."""
    files: dict[str, bytes] = {}
    for name, content in documents():
        if name in files:
            raise ValueError(f"two files have the id {name}")
        files[name] = content.encode() if isinstance(content, str) else content
    return dict(sorted(files.items()))


#: The bytes of each file by its id.
DOCUMENTS: dict[str, bytes] = collect()


def file_name(name: str) -> str:
    """The name of the file of this id."""
    return f"spec.{name.partition(':')[0]}"
