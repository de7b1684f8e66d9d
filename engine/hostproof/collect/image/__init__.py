"""A root file system that is not running, as a folder, a tar or an OCI layout in; its manifest and digest out."""
