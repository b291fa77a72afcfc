"""The language of searches: text -> tokens -> tree -> SQL with parameters. docs/reference/search.md tells it to users."""
