"""Use cases: what the command line (and later the API and the console) asks for. Plain values in and out."""
