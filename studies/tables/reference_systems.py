"""What the seed study says: reported beside ours, goal beside reached, in lines of a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from studies.config.reference_systems import ReportedModel
from studies.run.reference_systems import ReferenceResult

CLOSE = 0.01
"""How far a repetition may be from what was reported to count as the same."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table, and of ``seeds.csv``.

    Parameters
    ----------
    noise
        What the images went through.
    system, model
        Whose, "ours" for our own.
    expected
        What was reported of a seed's model, or the goal of ours: a test accuracy, 0 to 1.
    accuracy
        Ours on the test images, a mean where there are several trainings.
    deviation
        Standard deviation over the trainings; None for one alone.
    trainings, epochs, seconds
        How many trainings, their epochs and their wall-clock time in all.
    verdict
        How `accuracy` compares with `expected`, in words.
    remark
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


OURS = "ours"


def lines(results: Sequence[ReferenceResult]) -> list[Line]:
    """Return a line for each result, kept together by noise, ours after those of the seeds."""
    made = [_line(result) for result in results]
    order = list(dict.fromkeys(line.noise for line in made))
    return sorted(made, key=lambda line: (order.index(line.noise), line.is_ours))


def _line(result: ReferenceResult) -> Line:
    asked = result.asked
    if isinstance(asked, ReportedModel):
        system, expected, remark = asked.system, asked.reported, asked.remark
        verdict = _of_a_row(result.accuracy - expected)
    else:
        system, expected, remark = OURS, asked.goal, ""
        verdict = _of_a_goal(result.accuracy - expected)
    return Line(
        noise=asked.noise,
        system=system,
        model=asked.model,
        expected=expected,
        accuracy=result.accuracy,
        deviation=result.deviation,
        trainings=len(result.accuracies),
        epochs=result.epochs,
        seconds=result.seconds,
        verdict=verdict,
        remark=remark,
    )


def _of_a_row(difference: float) -> str:
    if round(abs(difference), 6) <= CLOSE:
        return "as reported"
    return f"{100 * abs(difference):.1f} points {'above' if difference > 0 else 'below'}"


def _of_a_goal(difference: float) -> str:
    return "reached" if difference >= 0 else f"missed by {-100 * difference:.2f} points"
