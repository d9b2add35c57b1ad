"""What a classifier gets wrong, and how: confusions, calibration, galleries, and the data itself.

``python -m studies diagnose`` is the front door. Everything is computed from stored outcomes;
`examination` has the models look at the images, `session` runs the whole, and `sweep_section`
says the same of a finished sweep without any model.
"""
