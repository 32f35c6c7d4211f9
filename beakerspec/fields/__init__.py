"""The values of fields: a converter for each kind of value, validators, names, durations and sizes."""
