"""Rule tests as JUnit XML, which every CI system shows."""

import re
from itertools import groupby
from xml.etree import ElementTree as ET

from tocsin.services.rules_test import Tested, Verdict

# What XML 1.0 cannot hold, even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(tested: Tested) -> str:
    """Return one test suite a rule file, one test case a case; what could not be loaded is an error."""
    root = ET.Element("testsuites")
    for path, verdicts in groupby(tested.verdicts, key=lambda verdict: verdict.case.path):
        _suite(root, path, list(verdicts))
    for problem in tested.problems:
        suite = ET.SubElement(
            root, "testsuite", name=_clean(problem.path), tests="1", errors="1", failures="0"
        )
        case = ET.SubElement(suite, "testcase", name="loads", classname=_clean(problem.path))
        ET.SubElement(case, "error", message=_clean(str(problem)))
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(root: ET.Element, path: str, verdicts: list[Verdict]) -> None:
    failed = sum(not verdict.passed for verdict in verdicts)
    suite = ET.SubElement(
        root, "testsuite", name=_clean(path), tests=str(len(verdicts)), failures=str(failed), errors="0"
    )
    for verdict in verdicts:
        case = ET.SubElement(suite, "testcase", name=_clean(verdict.case.name), classname=_clean(path))
        if not verdict.passed:
            fired = ", ".join(verdict.fired) or "nothing"
            ET.SubElement(case, "failure", message=_clean(verdict.error or f"matched by {fired}"))


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
