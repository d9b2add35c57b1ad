"""Experiments: how the accuracy of classifiers falls as their images get worse.

``python -m studies --help`` is the front door. From Python::

    from studies.study import load_study
    from studies.session import run_study

    run_study(load_study("quickstart"), "results/quickstart")
"""
