"""Change noiselib in thousands of small ways, and count which changes no test notices.

Run by ``tox run -e mutation``; arguments are names of mutants, with * for any characters.

mutmut leaves decorated functions alone, and here they are the properties, the cached operators and
every law. So it is given a copy in which each decorator is a plain assignment after its function.
"""

import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import libcst as cst
from mutmut.mutation.data import SourceFileMutationData
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import change_cwd, walk_mutatable_files

ROOT = Path(__file__).parents[1]
STAGE = ROOT / "build" / "mutation"
PAGE = ROOT / "docs" / "mutation.md"
BEGIN, END = "<!-- figures: tox run -e mutation writes them -->", "<!-- end of the figures -->"
COLUMNS = ("killed", "survived", "no tests", "timeout")
LEAST = 0.85  # of all mutants


class Undecorated(cst.CSTTransformer):
    """Turn ``@d`` above ``def f`` into ``f = d(f)`` below it, which means the same."""

    def leave_FunctionDef(self, original_node, updated_node):  # noqa: N802 - libcst's name
        del original_node
        call = updated_node.name
        for decorator in reversed(updated_node.decorators):
            call = cst.Call(decorator.decorator, [cst.Arg(call)])
        if not updated_node.decorators or call.func.deep_equals(cst.Name("classmethod")):
            return updated_node  # mutmut knows class methods
        assignment = cst.Assign([cst.AssignTarget(updated_node.name)], call)
        bare = updated_node.with_changes(decorators=[])
        return cst.FlattenSentinel([bare, cst.SimpleStatementLine([assignment])])


def stage():
    """Copy what mutmut needs; what did not change keeps its time, and so its results."""
    library = (ROOT / "noiselib").rglob("*.py")
    tests = [path for path in (ROOT / "tests" / "noiselib").rglob("*.*") if path.suffix != ".pyc"]
    for path in (*library, *tests, ROOT / "tests" / "conftest.py", ROOT / "pyproject.toml"):
        content = path.read_bytes()
        if path.is_relative_to(ROOT / "noiselib"):
            content = cst.parse_module(content).visit(Undecorated()).bytes
        target = STAGE / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_bytes() != content:
            target.write_bytes(content)


def counted():
    """Count the mutants of each module by what became of them."""
    counts = {}
    with change_cwd(STAGE):
        for path in sorted(walk_mutatable_files()):
            data = SourceFileMutationData(path=path)
            data.load()
            if data.exit_code_by_key:
                statuses = map(status_by_exit_code.__getitem__, data.exit_code_by_key.values())
                counts[str(path)] = Counter(statuses)
    return counts


def table(counts):
    """Lay the counts out as Markdown."""
    whole = sum(counts.values(), Counter())
    lines = [
        f"| module | mutants | {' | '.join(COLUMNS)} | killed of all |",
        "|---" + "|--:" * (len(COLUMNS) + 2) + "|",
    ]
    for name, count in [*counts.items(), ("**all**", whole)]:
        figures = " | ".join(str(count[column]) for column in COLUMNS)
        lines.append(
            f"| {name} | {count.total()} | {figures} | {count['killed'] / count.total():.1%} |"
        )
    return "\n".join(lines)


def publish(counts, minutes):
    """Put the figures of a complete run into the page."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    took = f"The run took {minutes:.0f} minutes."
    PAGE.write_text(f"{before}{BEGIN}\n\n{table(counts)}\n\n{took}\n\n{END}{after}")


def main(names):
    """Run mutmut, and print or publish what it found."""
    stage()
    begun = time.monotonic()
    mutmut = Path(sys.executable).with_name("mutmut")
    subprocess.run([mutmut, "run", "--max-children", "1", *names], cwd=STAGE, check=True)
    counts = counted()
    print(table(counts))
    whole = sum(counts.values(), Counter())
    unchecked = whole.total() - sum(whole[column] for column in COLUMNS)
    if names or unchecked:
        return f"{unchecked} mutants are not checked, or went wrong" if unchecked else 0
    publish(counts, (time.monotonic() - begun) / 60)
    killed = whole["killed"] / whole.total()
    return 0 if killed >= LEAST else f"{killed:.1%} are killed, {LEAST:.0%} are wanted"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
