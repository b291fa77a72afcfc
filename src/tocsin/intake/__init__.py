"""How bytes come in. For now: files, for hunts."""
