"""The rule linter: small checks over a rule's text, its YAML nodes with their places, and the parsed rule."""
