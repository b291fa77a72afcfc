"""One match, cut to what is shown."""

from report_samples import KEY, few, match
from tocsin.report.example import MAX_FIELDS, MAX_TEXT, MAX_VALUE, example


def test_matched_fields_are_not_shown_twice() -> None:
    shown = example(few()[1])
    assert shown.fields == (("eventName", "CreateAccessKey"), ("userIdentity.userName", "ana"))
    assert shown.others == (("userIdentity.type", "IAMUser"), ("mfa", "false"))
    assert shown.place == "logs/cloudtrail.json.gz:3"


def test_a_field_that_the_rule_names_by_the_end_of_its_path_is_known_again() -> None:
    event = {"Event": {"EventData": {"Image": "a.exe", "User": "ana"}}}
    shown = example(match(KEY, event=event, fields={"Image": "a.exe"}))
    assert shown.others == (("Event.EventData.User", "ana"),)


def test_a_huge_event_is_bounded_and_says_what_is_missing() -> None:
    wide = example(match(KEY, event={f"field-{index}": index for index in range(500)}))
    assert len(wide.others) == MAX_FIELDS
    assert wide.unshown == 500 - MAX_FIELDS
    long = example(match(KEY, event={f"field-{index}": "x" * 100_000 for index in range(50)}))
    assert sum(len(value) for _, value in long.others) < MAX_TEXT + MAX_VALUE + 100
    assert "99,000 more characters" in long.others[0][1]


def test_an_endless_nesting_is_shown_as_far_as_it_is_read() -> None:
    deep: dict[str, object] = {}
    inner = deep
    for _ in range(3000):
        inner["a"] = inner = {}
    assert "nested deeper" in example(match(KEY, event=deep)).others[0][1]


def test_a_correlation_names_its_events() -> None:
    shown = example(few()[4])
    assert shown.events == ("logs/auth.log:2", "logs/auth.log:3")
    assert shown.total == 2
    assert shown.place == ""
