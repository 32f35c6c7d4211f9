"""What runs in a process that has beaker-py: see `driver`."""
