"""The command ``python -m studies sweep``."""

from pathlib import Path
from typing import Annotated

import typer

from studies.cli.runner import FAILED_CELLS, Data, Models, given, run_command, split_names


def sweep(  # noqa: PLR0913, PLR0917 - an option each
    study: Annotated[
        str, typer.Argument(metavar="STUDY.toml", help="A study file, or the name of a preset.")
    ] = "quickstart",
    data: Data = None,
    models: Models = None,
    corruptions: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SPEC",
            help="A corruption at maximum severity, such as 'rotation(degrees=90)'; repeat the "
            "option for more.",
        ),
    ] = None,
    protocol: Annotated[
        str | None,
        typer.Option(
            help="A published protocol with all its levels, such as mnist_c or imagenet_c, in "
            "place of corruptions and strengths."
        ),
    ] = None,
    reference: Annotated[
        str | None,
        typer.Option(
            help="With a protocol: the model against which errors are measured.",
            show_default="the first",
        ),
    ] = None,
    strengths: Annotated[
        str | None,
        typer.Option(
            metavar="NUMBER|auto",
            help="Number of points on each curve, from clean images to maximum severity; or auto, "
            "to add points where curves bend until critical strengths are known to a tolerance.",
            show_default="11",
        ),
    ] = None,
    tolerance: Annotated[
        float | None,
        typer.Option(
            help="How precisely critical strengths are determined, as a fraction of the severity "
            "range in [0.001, 0.25].",
            show_default="0.01 with --strengths auto",
        ),
    ] = None,
    seeds: Annotated[
        int | None,
        typer.Option(help="Number of noise seeds for each random corruption.", show_default="3"),
    ] = None,
    images: Annotated[
        int | None,
        typer.Option(help="Number of test images, from the first.", show_default="all"),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            help="Accuracy that defines the critical strength of a curve: where it first falls to "
            "the threshold.",
            show_default="half-way from the clean accuracy to chance level",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Results folder.", show_default="results/NAME-OF-THE-STUDY")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            help="Number of processes that compute here; one for each processor is best.",
            show_default="this process",
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(help="Compute on the workers of a Dask scheduler, such as tcp://host:8786."),
    ] = None,
) -> None:
    """Sweep corruptions from clean images to maximum severity, and report accuracy curves.

    Options replace the settings of the study; the defaults are those of the preset quickstart.
    After an interruption by Ctrl-C or a crash, the same command resumes; once all cells are
    stored, it only writes the tables and the report again.

    [bold]python -m studies sweep --data mnist.npz --models cnn --seeds 5[/bold]

    [bold]python -m studies sweep --corruptions "zoom | gaussian_noise(sigma=0.2)" --out zoom[/bold]

    [bold]python -m studies sweep --strengths auto --tolerance 0.005 --threshold 0.9[/bold]

    [bold]python -m studies sweep --data mnist --protocol mnist_c --reference mlp[/bold]

    [bold]python -m studies sweep --data mnist --models resnet_20 --workers 4[/bold]
    """
    overrides = given(
        data=data,
        models=split_names(models),
        corruptions=corruptions or None,
        protocol=protocol,
        reference=reference,
        strengths=_number_or_text(strengths),
        tolerance=tolerance,
        seeds=seeds,
        images=images,
        threshold=threshold,
    )
    with run_command() as run:
        from studies.config.files import default_folder, load_study
        from studies.report.console import print_summary
        from studies.run.cluster.connection import ClusterConfig
        from studies.workflows.sweep import run_study

        settings = load_study(study, overrides)
        run.folder = out or default_folder(study, settings)
        result = run_study(
            settings,
            run.folder,
            command=run.command,
            observer=run.observer(),
            cluster=ClusterConfig(workers, scheduler) if workers is not None or scheduler else None,
        )
        print_summary(run.console, result.outputs, result.cell_counts.computed, run.folder)
        run.status = FAILED_CELLS if result.outputs.missing else 0


def _number_or_text(text: str | None) -> int | str | None:
    """Return a whole number where the text is one; the study validates other texts."""
    try:
        return text if text is None else int(text)
    except ValueError:
        return text
