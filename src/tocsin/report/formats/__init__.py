"""One module a format, each exporting FORMAT; the folder is the list."""
