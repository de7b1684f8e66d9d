"""Reports for those who watch: a Nagios plugin's line, and Prometheus' text format."""
