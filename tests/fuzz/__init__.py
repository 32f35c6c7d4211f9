"""Random inputs for what reads anything: run.py runs them for a while, and test_fuzz.py a few of them."""
