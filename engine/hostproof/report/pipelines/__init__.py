"""Reports for those who build and review: what GitHub, GitLab, Azure and TAP's readers take."""
