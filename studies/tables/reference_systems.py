"""Results of the reference study: ours beside reported accuracies, and goals."""

from collections.abc import Sequence
from dataclasses import dataclass

from studies.config.reference_systems import ReportedModel
from studies.run.reference_systems import ReferenceResult

CLOSE = 0.01  # maximum difference of a reproduction from the reported accuracy to count as equal
OURS = "ours"


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """One model of the reference study; the columns of its CSV.

    Attributes
    ----------
    noise : str
        How the images are corrupted.
    system, model : str
        The system, "ours" for this project, and its model.
    expected : float
        The reported test accuracy of a reference model, or the goal of ours, 0 to 1.
    accuracy : float
        Our accuracy on the test images, the mean over the trainings.
    deviation : float or None
        Standard deviation over the trainings; None with one.
    trainings, epochs, seconds : int, int, float
        Number of trainings, and their epochs and wall-clock time in total.
    verdict : str
        The comparison of `accuracy` with `expected`, in words.
    remark : str
        As in `studies.config.reference_systems.ReportedModel`.
    """

    noise: str
    system: str
    model: str
    expected: float
    accuracy: float
    deviation: float | None
    trainings: int
    epochs: int
    seconds: float
    verdict: str
    remark: str

    @property
    def is_ours(self) -> bool:
        """Whether the model is ours."""
        return self.system == OURS


def reference_rows(results: Sequence[ReferenceResult]) -> list[ReferenceRow]:
    """Return a row for each result, grouped by noise, with ours after the reference systems."""
    rows = [_row(result) for result in results]
    order = list(dict.fromkeys(row.noise for row in rows))
    return sorted(rows, key=lambda row: (order.index(row.noise), row.is_ours))


def _row(result: ReferenceResult) -> ReferenceRow:
    asked = result.asked
    if isinstance(asked, ReportedModel):
        system, expected, remark = asked.system, asked.reported, asked.remark
        verdict = _reproduction_verdict(result.accuracy - expected)
    else:
        system, expected, remark = OURS, asked.goal, ""
        verdict = _goal_verdict(result.accuracy - expected)
    facts = asked.noise, system, asked.model, expected, result.accuracy, result.deviation
    cost = len(result.accuracies), result.epochs, result.seconds
    return ReferenceRow(*facts, *cost, verdict, remark)


def _reproduction_verdict(difference: float) -> str:
    if round(abs(difference), 6) <= CLOSE:
        return "as reported"
    return f"{100 * abs(difference):.1f} points {'above' if difference > 0 else 'below'}"


def _goal_verdict(difference: float) -> str:
    return "reached" if difference >= 0 else f"missed by {-100 * difference:.2f} points"
