"""The values of fields: a converter for each kind of value, names, durations and sizes."""
