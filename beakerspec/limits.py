"""How large a document may be."""

#: Characters. The largest real spec has 156 thousand.
MAX_SIZE = 10_000_000
#: Levels of nesting. Real specs have 7; a parser that recurses crashes at about 30,000.
MAX_DEPTH = 100
#: Values, with each alias counted as all that it stands for. The largest real spec has about 5,000.
MAX_VALUES = 1_000_000
