"""Where the exported numbers come from, as one JSON file."""

import json
from typing import Any

from studies.results.sweep_results import Swept
from studies.store.store import Store

FILE_NAME = "provenance.json"


def origin_of(store: Store, swept: Swept) -> bytes:
    """Return what a reader of the tables needs to trace a number, as UTF-8 JSON.

    Parameters
    ----------
    store
        The results.
    swept
        What the tables are about.

    Returns
    -------
    bytes
        An object with ``study``, ``data`` (name, digest, images, classes), ``models`` (by name:
        digest, file and training) and ``runs``: by the number that the column ``run`` of the cells
        has, the command, every setting, versions, commit and machine.
    """
    images = swept.subject.images
    found: dict[str, Any] = {
        "study": swept.subject.study,
        "data": {
            "name": swept.subject.data,
            "digest": images.digest,
            "first_image": images.first,
            "images": images.count,
            "class_names": swept.subject.class_names,
        },
        "models": {
            model.name: {
                "digest": model.digest,
                "path": model.path,
                "training": model.provenance or None,
            }
            for name in swept.digests
            if (model := store.model(name))
        },
        "runs": {
            str(run.number): {
                "command": run.command,
                "started": run.started,
                "finished": run.finished,
                "settings": run.study,
                **run.provenance,
            }
            for run in store.runs()
        },
    }
    return (json.dumps(found, indent=1, ensure_ascii=False) + "\n").encode()
