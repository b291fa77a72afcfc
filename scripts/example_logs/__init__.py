"""One module a log. All of them tell the same day; the attack in it is written out, the rest is chance with a seed."""
