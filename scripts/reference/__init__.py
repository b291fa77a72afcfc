"""One module a generated page of docs/reference; each has page(), which returns Markdown."""
