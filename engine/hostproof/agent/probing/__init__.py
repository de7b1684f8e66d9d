"""What all probes share: steps and their process, careful measuring, system calls by name."""
