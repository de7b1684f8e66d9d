"""Floor 2: a target in, a Snapshot out; the only place that starts programs, and only the agent."""
