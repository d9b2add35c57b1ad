"""Robustness studies: how the accuracy of image classifiers depends on image corruptions.

``python -m studies --help`` lists the commands. The same from Python::

    from pathlib import Path

    from rich.console import Console

    from studies.config.files import load_study
    from studies.core.terminal import observer_for
    from studies.workflows.sweep import run_study

    study = load_study("quickstart", {"models": ["mlp"]})
    result = run_study(study, Path("results"), command="", observer=observer_for(Console()))
    for curve in result.outputs.report.curves:
        print(curve.title, curve.model, curve.clean.accuracy, curve.worst.accuracy)
"""
