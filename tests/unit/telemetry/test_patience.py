"""Time in which nobody could look does not count."""

import pytest

from tocsin.telemetry.patience import STEP_SECONDS, Patience


@pytest.mark.parametrize(
    ("looks", "waited"),
    [
        ([0.0], 0.0),
        ([0.5, 1.0, 1.5], 1.5),
        ([0.5, 86_400.5], 0.5 + STEP_SECONDS),
        ([3_600.0, 3_600.2, 7_200.0], 2 * STEP_SECONDS + 0.2),
    ],
)
def test_a_pause_counts_as_one_step(looks: list[float], waited: float) -> None:
    clock = iter([0.0, *looks])
    patience = Patience(lambda: next(clock))
    assert [patience.waited() for _ in looks][-1] == pytest.approx(waited)
