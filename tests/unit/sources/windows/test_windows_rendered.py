"""Messages and XML give fields; what an attacker writes into a value adds none that was there before."""

from hypothesis import given
from hypothesis import strategies as st

from tocsin.sources.windows.rendered import complete, from_message, packed
from tocsin.sources.windows.xml_data import data_of

SYSMON = "microsoft-windows-sysmon/operational"
POWERSHELL = "microsoft-windows-powershell/operational"


def test_same_label_means_another_field_in_another_section() -> None:
    message = (
        "An account was successfully logged on.\r\n\r\nSubject:\r\n\tAccount Name:\t\tHOST$\r\n\r\n"
        "Logon Type:\t\t\t3\r\n\r\nNew Logon:\r\n\tAccount Name:\t\tana\r\n\tLogon ID:\t\t0xAB\r\n"
        "Elsewhere:\r\n\tAccount Name:\t\tnobody\r\n"
    )
    assert from_message("security", 4624, message) == {
        "SubjectUserName": "HOST$",
        "LogonType": "3",
        "TargetUserName": "ana",
        "TargetLogonId": "0xab",
    }


def test_lists_go_on_over_lines_and_become_codes() -> None:
    message = (
        "A handle to an object was requested.\n\nObject:\n\tObject Name:\tC:\\x\n\nAccess Request Information:\n"
        "\tAccesses:\t\tDELETE\n\t\t\t\tReadAttributes\n\t\t\t\tSomething new\n\tAccess Mask:\t0x10080\n"
    )
    found = from_message("security", 4656, message)
    assert found["AccessList"] == "%%1537\r\n\t\t\t\t%%4423\r\n\t\t\t\tSomething new"
    assert found["AccessMask"] == "0x10080"


def test_first_value_of_a_sysmon_key_stays() -> None:
    message = (
        "Process Create:\r\nImage: C:\\cmd.exe\r\nCommandLine: echo\r\nImage: C:\\good.exe\r\nUser: A\\b"
    )
    found = from_message(SYSMON, 1, message)
    assert found["Image"] == "C:\\cmd.exe"
    assert found["CommandLine"] == "echo\r\nImage: C:\\good.exe"
    assert found["User"] == "A\\b"


def test_long_values_cost_no_more_than_their_length() -> None:
    lines = 300_000
    assert from_message(SYSMON, 1, "Process Create:\nImage: a" + "\n" * lines)["Image"].count("\n") == lines
    tabs = from_message("security", 4672, "x\nPrivileges:\ta" + "\n\t\t\tb" * lines)
    assert tabs["PrivilegeList"].count("b") == lines
    assert data_of("<Data" + " " * lines + "<Data>" * lines) == {}


def test_script_text_may_quote_the_frame_it_is_in() -> None:
    message = "Creating Scriptblock text (1 of 3):\r\na\r\nScriptBlock ID: fake\r\nb\r\n\r\nScriptBlock ID: real\r\nPath: C:\\p"
    found = from_message(POWERSHELL, 4104, message)
    assert found["ScriptBlockText"] == "a\r\nScriptBlock ID: fake\r\nb"
    assert (found["ScriptBlockId"], found["Path"], found["MessageTotal"]) == ("real", "C:\\p", "3")


def test_fields_win_over_the_message() -> None:
    fields = {
        "Channel": "Security",
        "EventID": 4634,
        "TargetUserName": "ana",
        "Message": "x\nSubject:\n\tAccount Name:\tbo",
    }
    found = complete(fields, channel="Security", event_id=4634, provider=None)
    assert found["TargetUserName"] == "ana"


def test_packed_are_events_without_any_field_of_their_own() -> None:
    base = {"Channel": "Security", "EventID": 4688}
    assert packed({**base, "Message": "m"})
    assert packed({**base, "EventData": "<EventData/>"})
    assert not packed({**base, "SubjectUserName": "a", "Message": "m"})
    assert not packed({**base, "Message": ["m"]})
    assert not packed(base)


def test_xml_data() -> None:
    xml = (
        "<EventData><Data Name=\"A\">1 &lt; 2</Data><Data Name='B'/><Data>x</Data><Data>y</Data></EventData>"
    )
    assert data_of(xml) == {"A": "1 < 2", "B": "", "Data": "x\r\ny"}
    assert data_of("<UserData><X xmlns='u'><SubjectUserName>ana</SubjectUserName></X></UserData>") == {
        "SubjectUserName": "ana"
    }
    assert data_of("plain") == {}
    assert data_of('<!DOCTYPE a [<!ENTITY b "c">]><Data Name="N">&b;</Data>') == {"N": "&b;"}


TEXT = st.text(alphabet=st.sampled_from(list("AB: \t\r\n=<>\"'/%0x")), max_size=400)


@given(
    channel=st.sampled_from(["security", SYSMON, POWERSHELL, "system", ""]),
    text=TEXT,
    event_id=st.integers(0, 9000),
)
def test_any_text_gives_text_fields(channel: str, text: str, event_id: int) -> None:
    for event in (event_id, 4624, 4698, 4104, 4103, 7045):
        found = from_message(channel, event, text)
        assert {type(one) for pair in found.items() for one in pair} <= {str}
    assert {type(value) for value in data_of("<" + text).values()} <= {str}
