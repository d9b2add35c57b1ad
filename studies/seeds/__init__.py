"""The five small systems that this project grew out of, run again, and our models on their data.

`systems.toml` says what each trained and reported, and what we train on the same data;
`noisy_data` makes that data; `trainings` runs each row once and keeps what came out; `table`
turns that into a table and a page.
"""
