"""The tables of ``results.sqlite``."""

VERSION = 1
"""Raised whenever the tables change; stored as SQLite's ``user_version``."""

APPLICATION = 0x53545544
"""Says "STUD"; stored as SQLite's ``application_id``: this database is one of ours."""

TABLES = """
CREATE TABLE study (                -- one row: what every cell here is about
    name TEXT NOT NULL,
    data_name TEXT NOT NULL,
    data_digest TEXT NOT NULL,
    first INTEGER NOT NULL,         -- number of the first image
    count INTEGER NOT NULL,         -- how many images
    class_names TEXT NOT NULL,      -- JSON list
    labels BLOB NOT NULL,           -- true classes, little-endian int32
    example BLOB NOT NULL,          -- the first image, uint8, to be shown
    example_shape TEXT NOT NULL     -- JSON list: height, width, channels
) STRICT;
CREATE TABLE runs (                 -- one row a sweep that was started
    id INTEGER PRIMARY KEY,
    started TEXT NOT NULL,
    finished TEXT,                  -- empty while it runs, or when it was cut
    command TEXT NOT NULL,          -- what to type to repeat it
    study TEXT NOT NULL,            -- JSON: every setting
    provenance TEXT NOT NULL        -- JSON: versions, commit, threads
) STRICT;
CREATE TABLE models (               -- the models last seen under their names
    name TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    path TEXT NOT NULL,
    stamp TEXT NOT NULL,            -- JSON: size and time of change of the file
    provenance TEXT NOT NULL        -- JSON: how it was trained
) STRICT;
CREATE TABLE cells (
    key TEXT PRIMARY KEY,
    pipeline TEXT NOT NULL,
    revisions TEXT NOT NULL,        -- JSON: [name, revision] of every corruption
    seed INTEGER,                   -- NULL where nothing is drawn
    model_digest TEXT NOT NULL,
    run INTEGER NOT NULL REFERENCES runs,
    seconds REAL NOT NULL           -- spent predicting
) STRICT;
CREATE TABLE outcomes (             -- one row for each array of a cell
    cell TEXT NOT NULL REFERENCES cells,
    quantity TEXT NOT NULL,
    dtype TEXT NOT NULL,            -- numpy's name, with the byte order
    shape TEXT NOT NULL,            -- JSON list
    checksum INTEGER NOT NULL,      -- CRC-32 of the bytes
    bytes BLOB NOT NULL,
    PRIMARY KEY (cell, quantity)
) STRICT;
CREATE TABLE failures (             -- cells that failed at the last try
    key TEXT PRIMARY KEY,
    pipeline TEXT NOT NULL,
    seed INTEGER,
    model TEXT NOT NULL,
    error TEXT NOT NULL,
    run INTEGER NOT NULL REFERENCES runs
) STRICT;
"""
