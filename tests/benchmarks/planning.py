"""What planning costs and reaches, beside a greedy planner in the same run, judged independently:

    python -m tests.benchmarks.planning [S M L] [--seconds N] [--workers N] [--problems DIR]

Generated problems of the sizes (S and M unless told), or all ``*.json.gz`` of a folder, each in a process of
its own. ``build``: from JSON to numbered facts, and to the solver's model where one model holds everything.
"""

from __future__ import annotations

import argparse
import gzip
import json
import resource
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from examples.generate_problem import SIZES, drop_out, generate
from tests.rosters.planning.explained import check_explanations
from tests.rosters.planning.judge import Json, score

SECONDS = 120
LEVELS = ("gap", "lead", "change", "soft")


def of_size(size: str) -> Json:
    """A generated problem, or with ``-replan`` what became of it after it was published."""
    from tests.rosters.planning.as_json import planned

    if not size.endswith("-replan"):
        return generate(size)
    before = generate(size.removesuffix("-replan"))
    return drop_out(before, planned(before, explain=False)["assignments"], seed=1)


def read_json(path: str) -> Json:
    problem: Json = json.loads(gzip.decompress(Path(path).read_bytes()))
    return problem


def measure(name: str, seconds: float, workers: int) -> Iterator[str]:
    """What is to be said of a problem, named by its size or its file."""
    from tests.rosters.planning.as_json import planned_greedily
    from volunteer_core.rosters.planning.exact import Exact
    from volunteer_core.rosters.planning.forms import read_problem, write_plan
    from volunteer_core.rosters.planning.ground import Ground
    from volunteer_core.rosters.planning.planner import plan
    from volunteer_core.rosters.planning.solving import LARGEST_WHOLE

    problem = read_json(name) if name.endswith(".gz") else of_size(name)
    text = json.dumps(problem).encode()
    began = time.perf_counter()
    ground = Ground(read_problem(text))
    possible = sum(len(options) for options in ground.options)
    if possible <= LARGEST_WHOLE:
        Exact(ground, range(len(ground.sessions)))
    built = time.perf_counter() - began
    began = time.perf_counter()
    greedy = planned_greedily(problem)
    greedily = time.perf_counter() - began
    began = time.perf_counter()
    found = plan(ground.problem, seconds=seconds, workers=workers)
    planned = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    megabytes = peak / (2**20 if sys.platform == "darwin" else 2**10)
    roster = json.loads(write_plan(found))
    yield (
        f"{problem['name']}: {len(problem['sessions'])} sessions, {len(problem['people'])} people, "
        f"{possible} possible duties"
    )
    yield (
        f"  build {built:.2f} s, greedy {greedily:.2f} s, peak {megabytes:.0f} MB, plan {planned:.2f} s "
        f"with the explanations of {len(found.explanations)} sessions"
    )
    yield f"  {'level':<8}{'greedy':>12}{'plan':>12}{'bound':>12}"
    judged = {who: score(problem, one)["levels"] for who, one in (("greedy", greedy), ("plan", roster))}
    for level in LEVELS:
        bound = roster["bounds"][level]
        cost = judged["plan"][level]
        if bound is None:
            said = "nothing proven"
        elif bound == cost:
            said = "proven"
        else:
            said = f"{cost / bound - 1:.2%} above" if bound else "above"
        shown = "–" if bound is None else f"{bound:,}"
        yield f"  {level:<8}{judged['greedy'][level]:>12,}{cost:>12,}{shown:>12}  {said}"
    faults = check_explanations(problem, roster)
    if judged["plan"]["hard"]:
        faults.append(f"{judged['plan']['hard']} hard rules are broken")
    if any(judged["plan"][level] != roster["levels"][level] for level in LEVELS):
        faults.append(f"the planner says {roster['levels']}")
    yield f"  judge: {'; '.join(faults) or 'no fault'}"


def lines(name: str, seconds: float, workers: int) -> list[str]:
    return list(measure(name, seconds, workers))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    sizes = [*SIZES, *(f"{size}-replan" for size in SIZES)]
    parser.add_argument("sizes", nargs="*", metavar="SIZE", help=", ".join(sizes))
    parser.add_argument("--seconds", type=float, default=SECONDS, help="the limit of each plan")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--problems", type=Path, metavar="DIR", help="a folder of *.json.gz")
    asked = parser.parse_args()
    names = asked.sizes or ["S", "M", "M-replan"]
    if asked.problems is not None:
        names = sorted(str(path) for path in asked.problems.glob("*.json.gz"))
    elif not set(names) <= set(sizes):
        parser.error(f"sizes are {', '.join(sizes)}")
    for name in names:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as child:
            print("\n".join(child.submit(lines, name, asked.seconds, asked.workers).result()), flush=True)


if __name__ == "__main__":
    main()
