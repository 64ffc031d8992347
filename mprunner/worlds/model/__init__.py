"""The model world: simulated objects, stepped under a chosen schedule, as weak as CPython's."""
