"""Every condition by the name that it has in YAML; adding one is a class in its module and a line here."""

from tocsin.sigma.pipeline.conditions import items, names, rules
from tocsin.sigma.pipeline.step import ItemCondition, NameCondition, RuleCondition

RULES: dict[str, type[RuleCondition]] = {
    "logsource": rules.OfLogsource,
    "contains_detection_item": rules.ContainsDetectionItem,
    "contains_field": rules.ContainsField,
    "processing_item_applied": rules.Applied,
    "processing_state": rules.InState,
    "is_sigma_rule": rules.IsRule,
    "is_sigma_correlation_rule": rules.IsCorrelation,
    "rule_attribute": rules.HasAttribute,
    "tag": rules.Tagged,
}
ITEMS: dict[str, type[ItemCondition]] = {
    "match_string": items.MatchString,
    "match_value": items.MatchValue,
    "contains_wildcard": items.ContainsWildcard,
    "is_null": items.IsNull,
    "processing_item_applied": items.Applied,
    "processing_state": items.InState,
}
NAMES: dict[str, type[NameCondition]] = {
    "include_fields": names.IncludeFields,
    "exclude_fields": names.ExcludeFields,
    "processing_item_applied": names.Applied,
    "processing_state": names.InState,
}
