"""Every transformation by the name that it has in YAML; adding one is a class in its module and a line here."""

from tocsin.sigma.pipeline.step import Action
from tocsin.sigma.pipeline.transformations import fields, hashes, items, placeholders, rules, values
from tocsin.sigma.pipeline.transformations.extract import ExtractFields
from tocsin.sigma.pipeline.transformations.replace_string import ReplaceString

TRANSFORMATIONS: dict[str, type[Action]] = {
    "field_name_mapping": fields.Mapping,
    "field_name_prefix_mapping": fields.PrefixMapping,
    "field_name_prefix": fields.Prefix,
    "field_name_suffix": fields.Suffix,
    "drop_detection_item": items.Drop,
    "detection_item_failure": items.Fail,
    "hashes_fields": hashes.Hashes,
    "extract_fields": ExtractFields,
    "replace_string": ReplaceString,
    "map_string": values.MapString,
    "case": values.Case,
    "regex": values.ToRegex,
    "set_value": values.SetValue,
    "convert_type": values.ConvertType,
    "value_placeholders": placeholders.ValuePlaceholders,
    "wildcard_placeholders": placeholders.WildcardPlaceholders,
    "add_condition": rules.AddCondition,
    "change_logsource": rules.ChangeLogsource,
    "add_field": rules.AddField,
    "remove_field": rules.RemoveField,
    "set_field": rules.SetField,
    "set_state": rules.SetState,
    "set_custom_attribute": rules.SetCustomAttribute,
    "rule_failure": rules.Fail,
    "strict_field_mapping_failure": rules.StrictMapping,
}
"""All but `nest`, which holds steps and so belongs to the reader."""

REFUSED = {
    "field_name_transform": "it calls a Python function; write the names out in a field_name_mapping",
    "query_expression_placeholders": "it writes a query of another product; use value_placeholders and `vars`",
    "file_placeholders": "pipelines read no files; put the values under `vars`, or give --placeholders FILE",
    "http_placeholders": "pipelines fetch nothing; put the values under `vars`, or give --placeholders FILE",
    "command_placeholders": "pipelines run nothing; put the values under `vars`, or give --placeholders FILE",
}
"""What pySigma has and Tocsin will not do, and what to do instead."""
