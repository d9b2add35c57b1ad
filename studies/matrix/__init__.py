"""The train-by-test matrix: one network trained on each corruption, tested on every one.

`settings` is what a study file says, `plan` what follows from it: trainings and tests;
`trainings` makes the networks, `session` has the ordinary sweep test them. `shares` and
`estimates` turn stored answers into accuracies and gains with intervals, `numbers` into the matrix;
`heat_maps`, `words`, `tables`, `page` and `outputs` show it.
"""
