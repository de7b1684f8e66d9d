"""A command line read: the table of commands and options, a quick reader, and click for help and complaints."""
