"""The probes: one module for each capability, imported only in the process that runs it."""
