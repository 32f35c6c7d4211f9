"""One module for each contender, in the environment of which alone it can be imported.

It offers what it can do as functions of one argument, under the names of the steps (`benchmarks.steps`), and
always `from_file`. The five that write the model anew (`*_model`) have the fields of beakerspec's classes, under
the same names in Python and in the file, each in the way of its library; a duration stays the text or the number
that it is in the file. What these modules import costs at import, so it is little.
"""
