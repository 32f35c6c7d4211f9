"""Seeds, and inputs that are made of them at random: the same ones for the same number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

__all__ = ["LONGEST", "mutations", "seeds_of"]

SEEDS = Path(__file__).parent / "seeds"
#: Bytes of an input.
LONGEST = 4096


def seeds_of(target: str) -> dict[str, bytes]:
    """The seeds of a target by their names. Inputs of past findings are among them."""
    return {path.name: path.read_bytes() for path in sorted((SEEDS / target).iterdir())}


def mutations(seeds: list[bytes], words: list[bytes], number: int) -> Iterator[bytes]:
    """Inputs without end."""
    random = Random(number)
    while True:
        data = bytearray(random.choice(seeds))
        for _ in range(random.choice([1, 1, 2, 3, 5, 8, 13])):
            _mutate(data, seeds, words, random)
        yield bytes(data[:LONGEST])


def _mutate(data: bytearray, seeds: list[bytes], words: list[bytes], random: Random) -> None:
    start = random.randint(0, len(data))
    end = min(len(data), start + random.choice([0, 1, 1, 2, 4, 8, 32, 128]))
    kind = random.randrange(7)
    if kind == 0:
        data[start:end] = b""
    elif kind == 1:
        data[start:end] = random.choice(words)
    elif kind == 2:
        data[start:start] = random.choice(words)
    elif kind == 3:
        data[start:end] = random.randbytes(min(end - start, 4))
    elif kind == 4:
        data[start:start] = data[start:end] * random.choice([1, 1, 2, 5, 50])
    elif kind == 5:
        other = random.choice(seeds)
        at = random.randint(0, len(other))
        data[start:end] = other[at : at + random.choice([1, 4, 16, 64, 256])]
    elif data:
        data[start % len(data)] ^= 1 << random.randrange(8)
    del data[LONGEST:]
