"""Change noiselib in thousands of small ways, and count the changes that no test detects.

Run by ``tox run -e mutation``; arguments are names of mutants, with * for any characters.

mutmut skips decorated functions, which include all properties, cached operators and laws. So it is
given a copy in which each decorator is a plain assignment after its function.
"""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import libcst as cst
from mutmut.mutation.data import SourceFileMutationData
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import change_cwd, walk_mutatable_files

ROOT = Path(__file__).parents[1]
STAGE = ROOT / "build" / "mutation"
PAGE = ROOT / "docs" / "mutation.md"
BEGIN, END = "<!-- figures: written by tox run -e mutation -->", "<!-- end of the figures -->"
COLUMNS = ("killed", "survived", "no tests", "timeout")
MINIMUM = 0.85  # of all mutants


class Undecorated(cst.CSTTransformer):
    """Replace ``@d`` above ``def f`` by ``f = d(f)`` below it, which is equivalent."""

    def leave_FunctionDef(self, original_node, updated_node):  # noqa: N802 - libcst's name
        del original_node
        call = updated_node.name
        for decorator in reversed(updated_node.decorators):
            call = cst.Call(decorator.decorator, [cst.Arg(call)])
        if not updated_node.decorators or call.func.deep_equals(cst.Name("classmethod")):
            return updated_node  # mutmut handles class methods
        assignment = cst.Assign([cst.AssignTarget(updated_node.name)], call)
        bare = updated_node.with_changes(decorators=[])
        return cst.FlattenSentinel([bare, cst.SimpleStatementLine([assignment])])


def stage():
    """Copy what mutmut needs; return whether anything has changed since the last time."""
    library = (ROOT / "noiselib").rglob("*.py")
    tests = [path for path in (ROOT / "tests" / "noiselib").rglob("*.*") if path.suffix != ".pyc"]
    files = {}
    for path in (*library, *tests, ROOT / "tests" / "conftest.py", ROOT / "pyproject.toml"):
        content = path.read_bytes()
        if path.is_relative_to(ROOT / "noiselib"):
            content = cst.parse_module(content).visit(Undecorated()).bytes
        files[path.relative_to(ROOT)] = content
    before = staged()
    removed = before.keys() - files.keys()
    for path in removed:
        (STAGE / path).unlink()
        (STAGE / "mutants" / path).unlink(missing_ok=True)
    changed = {path for path, one in files.items() if one != before.get(path)}
    for path in changed:  # the others keep their modification time, and so their results
        (STAGE / path).parent.mkdir(parents=True, exist_ok=True)
        (STAGE / path).write_bytes(files[path])
    return bool(removed or changed)


def staged():
    """Return what was copied the last time."""
    paths = [path for name in ("noiselib", "tests") for path in (STAGE / name).rglob("*.*")]
    paths.append(STAGE / "pyproject.toml")
    return {path.relative_to(STAGE): path.read_bytes() for path in paths if path.is_file()}


def forget():
    """Discard the results of survivors, and which tests reach which function."""
    (STAGE / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)
    with change_cwd(STAGE):
        for path in walk_mutatable_files():
            data = SourceFileMutationData(path=path)
            data.load()
            for name, code in data.exit_code_by_key.items():
                if status_by_exit_code[code] != "killed":
                    data.exit_code_by_key[name] = None
            if data.exit_code_by_key:
                data.save()


def counted():
    """Count the mutants of each module by their status, and sum the seconds that they took."""
    counts, seconds = {}, 0.0
    with change_cwd(STAGE):
        for path in sorted(walk_mutatable_files()):
            data = SourceFileMutationData(path=path)
            data.load()
            if data.exit_code_by_key:
                statuses = map(status_by_exit_code.__getitem__, data.exit_code_by_key.values())
                counts[str(path)] = Counter(statuses)
                seconds += sum(data.durations_by_key.values())
    return counts, seconds


def table(counts):
    """Format the counts as Markdown."""
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


def publish(counts, seconds):
    """Write the figures of a complete run to the page."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    took = f"Summed over all workers, the mutants took {seconds / 60:.0f} minutes."
    PAGE.write_text(f"{before}{BEGIN}\n\n{table(counts)}\n\n{took}\n\n{END}{after}")


def main(names):
    """Run mutmut, and print or publish the counts."""
    if stage():
        forget()
    mutmut = Path(sys.executable).with_name("mutmut")
    subprocess.run([mutmut, "run", *names], cwd=STAGE, check=True)
    counts, seconds = counted()
    print(table(counts))
    whole = sum(counts.values(), Counter())
    unchecked = whole.total() - sum(whole[column] for column in COLUMNS)
    if names:
        return 0
    if unchecked:
        return f"{unchecked} mutants are not checked, or failed to run"
    publish(counts, seconds)
    killed = whole["killed"] / whole.total()
    return 0 if killed >= MINIMUM else f"{killed:.1%} are killed, {MINIMUM:.0%} are required"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
