"""Plans a roster problem in the form ``roster/1`` and writes the roster with its proof and its explanations.

    python examples/plan_json.py PROBLEM.json OUT.json [--seconds N] [--workers N] [--seed N]

``PROBLEM.json`` may be packed (``.json.gz``); examples/generate_problem.py makes one.
"""

import argparse
import gzip
import sys
from pathlib import Path

from msgspec import to_builtins

from volunteer_core.errors import Malformed
from volunteer_core.rosters.planning.forms import read_problem, write_plan
from volunteer_core.rosters.planning.planner import plan
from volunteer_core.rosters.planning.problem import Change, Plan
from volunteer_core.rosters.planning.running import Report

LEVELS = {
    "gap": "缺口 people missing",
    "lead": "缺带班 leads missing",
    "change": "改动 published dropped",
    "soft": "软成本 soft cost",
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Plans a roster problem in the form roster/1.")
    parser.add_argument("problem", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=60, help="at most so long")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    data = asked.problem.read_bytes()
    try:
        problem = read_problem(gzip.decompress(data) if asked.problem.suffix == ".gz" else data)
    except (Malformed, OSError) as refusal:
        parser.exit(1, f"{asked.problem}: {refusal}\n")
    found = plan(problem, seconds=asked.seconds, workers=asked.workers, seed=asked.seed, progress=report)
    asked.out.write_bytes(write_plan(found))
    print(f"{problem.name}: {len(problem.sessions)} 场 sessions, {len(problem.people)} 人 people")
    show(found)


def report(so_far: Report) -> None:
    """A line for each stage, while it runs; not among the results."""
    print(f"{so_far.seconds:7.1f} s  {so_far.stage:<12} {so_far.levels}", file=sys.stderr)


def show(found: Plan) -> None:
    print("层级 level\t成本 cost\t下界 bound\t已证明 proven")
    for level, name in LEVELS.items():
        cost, bound = getattr(found.levels, level), getattr(found.bounds, level)
        print(f"{name}\t{cost}\t{'–' if bound is None else bound}\t{'是 yes' if bound == cost else '否 no'}")
    print(
        f"{len(found.assignments)} 人次 assignments, {len(found.explanations)} 场未满 sessions uncovered, "
        f"{found.seconds:.1f} 秒 seconds ({found.solver})"
    )
    for explanation in found.explanations:
        reasons = ", ".join(f"{reason} {number}" for reason, number in explanation.reasons.items())
        print(f"  {explanation.session}: 缺 missing {explanation.missing} ({reasons})")
        for fix in explanation.fixes:
            print(f"    可改 would help: {written(fix.change)} (+{fix.gain})")
        if explanation.package is not None:
            together = "; ".join(written(change) for change in explanation.package.changes)
            print(f"    一起改 would help together: {together} (+{explanation.package.gain})")
    for note in found.notes:
        print(f"  注意 note: {note}")


def written(change: Change) -> str:
    return ", ".join(f"{field} {value}" for field, value in to_builtins(change).items())


if __name__ == "__main__":
    main()
