"""Packages: the databases of dpkg, apk and rpm in, one list of what is installed out."""
