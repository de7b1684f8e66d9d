"""Programs as files: parts of ELF files that the agent sent in, facts about what a loader would make of them out."""
