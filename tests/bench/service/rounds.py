"""Turns: what is compared is measured again and again, each time starting with another, so that whatever slows the
machine for a while slows all of them."""
import statistics


def take_turns(rounds: int, entrants: dict) -> dict:
    """`entrants` are functions by name; the answer is a list of what each returned, round by round."""
    results = {name: [] for name in entrants}
    names = list(entrants)
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            results[name].append(entrants[name]())
    return results


def median(values) -> float:
    return statistics.median(values)


def engine_run(worker, seconds):
    """A turn of the engine: microseconds of a run, at the median."""
    once = statistics.median(worker.ask("run", warm=2, times=3)["nanoseconds"]) * 1e-9
    times = min(5000, max(3, round(seconds / once)))
    return statistics.median(worker.ask("run", warm=1, times=times)["nanoseconds"]) * 1e-3
