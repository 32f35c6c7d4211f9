"""What a field holds: a converter for each kind of value, names, scalars, durations and sizes."""
