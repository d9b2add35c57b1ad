"""Experiments: how the accuracy of classifiers falls as their images get worse.

``python -m studies --help`` is the front door. The same from Python::

    from pathlib import Path

    from rich.console import Console

    from studies.core.progress import observer_for
    from studies.workflows.sweep import run_study
    from studies.config.files import load_study

    study = load_study("quickstart", {"models": ["mlp"]})
    ending = run_study(study, Path("results"), command="", observer=observer_for(Console()))
    for curve in ending.outputs.report.curves:
        print(curve.title, curve.model, curve.clean.accuracy, curve.worst.accuracy)
"""
