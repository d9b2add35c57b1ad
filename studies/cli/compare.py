"""The command ``python -m studies compare``."""

from typing import Annotated

import typer

from studies.cli.runner import run_command

WORSE = 1


def compare(
    baseline: Annotated[
        str, typer.Argument(metavar="BASELINE", help="A results folder, or DIR:MODEL.")
    ],
    candidate: Annotated[
        str, typer.Argument(metavar="CANDIDATE", help="Another results folder, or DIR:MODEL.")
    ],
    fail_if_worse: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            metavar="MARGIN",
            help="Exit with status 1 where the loss of accuracy is significant and exceeds this "
            "margin; 0.01 is one percentage point.",
            show_default="only report",
        ),
    ] = None,
) -> None:
    """Compare two sweeps of the same images, to see whether the candidate is worse.

    Models are compared image by image: on clean images, over the severity range of each
    corruption, and over all corruptions. Nothing is computed again. Exit status: 0; 1 if the
    candidate is worse; 2 if the two cannot be compared.

    [bold]python -m studies compare results/main results/mine --fail-if-worse 0.01[/bold]

    [bold]python -m studies compare results/quickstart:mlp results/quickstart:cnn[/bold]
    """
    with run_command() as run:
        from studies.core.terminal import print_line
        from studies.report.console import console_table
        from studies.report.sweep.comparison import closing_sentences, differences_table
        from studies.results.sweep_results import SweepResults
        from studies.store.store import Store
        from studies.tables.gate import (
            check_comparable,
            compare_models,
            model_pairs,
            parse_side,
            shares_by_corruption,
        )

        (first, model), (second, other) = parse_side(baseline), parse_side(candidate)
        with Store(first) as one, Store(second) as two:
            whole = SweepResults.of_last_sweep(one), SweepResults.of_last_sweep(two)
            check_comparable(*whole)
            # adaptive sweeps of different models have different strengths between the ends
            old = whole[0].restricted_to(whole[1].points)
            new = whole[1].restricted_to(whole[0].points)
            differences = compare_models(
                {
                    pair: (
                        shares_by_corruption(old, pair.baseline),
                        shares_by_corruption(new, pair.candidate),
                    )
                    for pair in model_pairs(old, model, new, other)
                }
            )
        table = differences_table(differences, fail_if_worse)
        run.console.print(console_table(table, table.caption))
        if len(old.points) < max(len(side.points) for side in whole):
            print_line(
                run.console, f"Compared at the {len(old.points)} strengths that both sweeps have."
            )
        for sentence in closing_sentences(differences, fail_if_worse, old.images.count):
            print_line(run.console, sentence)
        if fail_if_worse is not None and any(item.is_worse(fail_if_worse) for item in differences):
            run.status = WORSE
