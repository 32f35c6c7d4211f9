"""Texts with values of environment variables, in every shape that a file may have while somebody edits it."""

from __future__ import annotations

from collections.abc import Iterator

#: Texts with the value of a variable at each `@`. Many are no YAML, like a file while somebody edits it.
LAYOUTS = r"""
=== block list
envVars:
  - name: A
    value: @
=== value first
envVars:
  - value: @
    name: A
=== dashes not deeper
  envVars:
  - name: A
    value: @
=== snake case
env_vars:
- name: A
  value: @
=== in a task
tasks:
- name: x
  envVars:
  - name: A
    value: @
  image: {docker: x}
=== first key of a task
tasks:
- envVars:
  - name: A
    value: @
  image: {docker: x}
=== several
envVars:
- name: A
  value: @
- name: B
  value: '@'
- name: C
  value: "@"
=== secret
envVars:
- name: A
  secret: @
=== misspelt key
envVars:
- name: A
  vaule: @
=== unknown key
envVars:
- name: A
  content: @
=== item with an equals sign
envVars:
- TOKEN=@
- 'TOKEN=@'
=== item as a mapping
envVars:
- TOKEN: @
- OTHER: '@'
=== mapping
envVars:
  TOKEN: @
  OTHER: "a
@"
=== mapping with name and value
envVars:
  name: @
  value: @
=== old mapping
spec:
  env:
    TOKEN: @
    OTHER: @ @
  args: [x]
=== flow mapping
env: {TOKEN: @, OTHER: '@'}
=== literal
envVars:
- name: A
  value: |
    @

    a: @
     # @
- name: B
  value: x
=== folded
envVars:
- value: >-
    @
    name: @
  name: A
=== literal with an indicator
envVars:
- name: A
  value: |2- # @
     @
=== literal item
envVars:
- |
  TOKEN=@
  name: @
=== literal region
envVars: |
  TOKEN=@
  name: @
=== literal not deeper
envVars:
- name: A
  value: |
  @
  Key: @
x
@
image: x
=== literal at the margin
  envVars:
  - name: A
    value: |
-----BEGIN KEY-----
Info: @
@
----END
=== double quoted
envVars:
- name: A
  value: "@ \" @"
=== double quoted, over lines
envVars:
- name: A
  value: "a
  @

@: @
- @"
- name: B
  value: @
=== single quoted, over lines
  envVars:
  - name: A
    value: 'it''s
@
b: @'
  - name: B
    value: '@'
=== quoted with a hash
envVars:
- name: A
  value: 'a # b
@: @'
=== plain, over lines
envVars:
- name: A
  value: a
    @
    '@
=== value on the next line
envVars:
- name: A
  value:
    @
=== value on the next line, quoted
envVars:
- name: A
  value:
    "@
@"
=== plain with an apostrophe
envVars:
- name: A
  value: don't @
- name: B
  value: @
=== url
envVars:
- name: A
  value: https://user:@@host/#@?a=b
=== json in quotes
envVars:
- name: A
  value: '{"a": "@",
"b": {"name": "@"}
}'
- name: B
  value: @
=== json in the wrong quotes
envVars:
- name: A
  value: "{
"type": "x",
"key": "@"
}"
=== json without quotes
envVars:
- name: A
  value: {"name": "@",
"b": [{"name": "@", "value": "@"}]
}
=== anchor
envVars:
- name: A
  value: &a @
- name: B
  value: *a
=== alias
x: &b @
envVars:
- name: A
  value: *b
=== alias of a list item
x:
- &b @
- [&c "@", d]
envVars:
- name: A
  value: *b
- name: B
  value: *c
=== alias of an alias
x: &b {k: @}
y: &c {<<: *b}
envVars:
  <<: *c
=== alias of a mapping
x: &b
  TOKEN: @
env:
  <<: *b
  OTHER: @
=== alias as the value
envVars:
- name: A
  value: *@
=== tag as the value
envVars:
- name: A
  value: !@ @
=== tag of a literal
envVars:
- name: A
  value: !!str |
    @
=== anchor of the region
envVars: &env
- name: A
  value: @
=== tag of the region
envVars: !!seq
- name: A
  value: @
=== anchored list elsewhere
x-env: &env
- name: A
  value: @
- name: B
  value: 'a
@'
=== list elsewhere in flow
x: [{name: A, value: @}, {value: "@", name: B}]
=== list elsewhere in json
{"x": [{"name": "A", "value": "@"}, {"value": "@", "name": "B"}]}
=== merged variable
x: &v
  value: @
envVars:
- <<: *v
  name: A
- {<<: *v, name: B}
=== flow on one line
envVars: [{name: A, value: @}, {name: B, value: "b @"}]
=== flow over lines
envVars: [
  {name: A,
   value: @},
  {
  name: B, value: '@
@'}
]
=== flow at the margin
  envVars: [
{name: A, value: @},
{name: B,
value: @}
]
=== flow in a block list
envVars:
- {name: A, value: @}
- {value: "@", name: B},
- TOKEN=@
=== flow with brackets of the wrong kind
envVars: [{name: A, value: @], {name: B, value: @}}
x: @
=== flow that is not closed
envVars: [{name: A, value: x}, {name: B, value: @
=== flow that is closed too early
envVars: [{name: A, value: x}], {name: B, value: @}]
=== flow of texts
envVars: [TOKEN=@, 'TOKEN=@']
=== flow with a comma in a value
envVars: [{name: A, value: a,@}]
=== flow with a comment
envVars: [{name: A, value: x}, # @ don't
 {name: B, value: @}]
=== empty flow, then items
envVars: []
  - TOKEN=@
=== json
{
  "envVars": [
    {
      "name": "A",
      "value": "@"
    }
  ]
}
=== json on one line
{"tasks":[{"envVars":[{"name":"A","value":"@"}],"image":{"docker":"x"}}]}
=== json with an unknown key
{"tasks":[{"envVars":[{"name":"A","content":"@"},"@"],"image":1}]}
=== json with a mapping
{"spec": {"env": {"TOKEN": "@", "OTHER": "@"}}}
=== json with escapes
{"env": {"TOKEN": "\"@\\\"@"}}
=== json with an escaped key
{"\u0065nvVars": [{"name": "A", "v\u0061lue": "@"}], "x": 1}
=== json with the bracket below
{
  "envVars":
  [
  {"name": "A", "value": "@"}
  ]
}
=== explicit key
? envVars
: - name: A
    value: @
  - TOKEN=@
=== explicit value key
envVars:
- name: A
  ? value
  : @
=== quoted keys
'envVars':
- 'name': A
  'value': @
=== blank before the colon
envVars :
- name : A
  value : @
  vaule : @
=== no blank behind the colon
envVars:
- name:A
  value:@
=== comment in the region
envVars:
- name: A # @
# - name: B
#   value: @
  value: x # @
=== comment without a key
    envVars:
    - name: A
# @
      value: x
    # TOKEN=@
=== commented region
a: b
# envVars:
#   TOKEN: @
c: d
=== two values on a line
envVars:
- name: A value: @
- name: B, value: "x
@"
=== name that is none
envVars:
- name: a @
- name: "=@"
=== quote that is not closed
envVars:
- name: A
  value: "x
- name: B
  value: "@
@"
- name: C
  value: @
=== quote that is closed twice
envVars:
- name: A
  value: "x""
- name: B
  value: "@
@"
=== text behind a quote
envVars:
- name: A
  value: "x" @ "y
@"
=== items less indented
  envVars:
- name: A
  value: @
=== colon forgotten
envVars
- TOKEN=@
=== dash before the colon
  envVars- :
  - TOKEN=@
=== colon forgotten before a text
tasks:
- name: x
  envVars TOKEN=@
=== dash before the key
  image: x
  - envVars:
  - TOKEN=@
=== dash before the key of a mapping
  image: x
  - envVars:
    TOKEN: @
=== dash before the blanks
tasks:
- image: x
-   envVars:
  - TOKEN=@
=== dash before the blanks of an item
tasks:
- image: x
  envVars:
-   - TOKEN=@
=== dash in a mapping
  envVars:
    - name: @
    value: @
=== anchor and alias behind the key
envVars&a *b:
 A: @
=== anchor and alias before the key
  &a *benvVars: TOKEN=@
=== alias before the old key
spec: {&a *benv: TOKEN=@}
=== list below a stray anchor
&a *b  envVars:
    name: x
  env:
  - name: @
=== bracket before the key
tasks:
- image: x
  [envVars:
  - TOKEN=@
=== json with a bracket before the value
{"tasks":[{"image":null,"envVars":} "TOKEN=@"}]}
=== json with brackets before the value
{"tasks":[{"image":null,"envVars":}] ["TOKEN=@"]}]}
=== json with a bracket before the colon
{"tasks":[{"image":null,"envVars"}: "TOKEN=@"}]}
=== json with a comma before the colon
{"tasks":[{"image":null,"env",: ["TOKEN=@"]}]}
=== json with a bracket instead of the colon
{"tasks":[{"image":null,"envVars"} ["TOKEN=@"]}]}
=== json with a word before the key
{"tasks":[{"image":null,"NaNenvVars": ["TOKEN=@"]}]}
=== json with a word before the colon
{"tasks":[{"image":null,"envVars"NaN: ["TOKEN=@"]}]}
=== json with a bracket before the value of a mapping
{"tasks":[{"image":null,"envVars":{"A":} "@"}}]}
=== json with a bracket before a mapping
{"tasks":[{"image":null,"envVars":[{"name":"@","value":"@"}}]}
=== json with a quote before the value
{"tasks":[{"image":null,"envVars":"[{"name":"A","from":{"a":"@"}},{"b":"@"}]}]}
=== json with a quote before lists
{"tasks":[{"image":null,"envVars":" [["A", "@"], "@"]}]}
=== capitals
EnvVars:
- Name: A
  Value: @
- TOKEN=@
=== other words
environment:
- TOKEN=@
"""


def layouts() -> Iterator[tuple[str, str]]:
    for layout in LAYOUTS.strip("\n").split("\n=== "):
        name, _, text = layout.removeprefix("=== ").partition("\n")
        yield name, text + "\n"


LAYOUT = {
    **dict(layouts()),
    "windows line ends": "envVars:\r\n- name: A\r\n  value: @\r\n- TOKEN=@\r\nx: y\r\n",
    "old line ends": "envVars:\r- name: A\r  value: |\r    @\r    @\r- TOKEN=@\rx: y\r",
    "tabs": "envVars:\n\t- name: A\n\t  value: @\n\t  @\n",
    "tabs after the key": "envVars:\t\n- name:\tA\n  value:\t@\t# @\n",
    "dash behind the key": "  envVars:- \n    A: @\n",
    "dash instead of the colon": "  envVars- \n    A: @\n",
    "tab before the key": "tasks:\n- image: x\n  \tenvVars:\n  - TOKEN=@\n",
    "other line breaks": "envVars:\u2028- name: A\u2028  value: @\x85- TOKEN=@\n",
    "wide characters": "envVars:\n- name: A\n  value: \u79d8\u5bc6@\u0301\n",
}

#: What may stand before and behind a layout and keep the text from parsing, or a scan from its place.
BEFORE = (
    "",
    "a: [\n",
    'a: "x\n',
    "a: 'x\n",
    "\tb: c\n",
    "b: {c: \n",
    "# don't\n",
    "x: |\n",
    "\ufeff",
    "- - -\n",
)
BEHIND = ("", "]\n", '"\n', "'\n", "}\n", "\tx: y\n", "image: x\n", "- \n", "a: [b\n")
