"""pySigma's YAML processing pipelines, applied to Tocsin's own rules. File -> Pipeline -> Rule in, Rule out."""
