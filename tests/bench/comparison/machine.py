"""What the kernel says of this machine and of the workers on it."""
import os
import pathlib
import platform
import time

_TICKS = os.sysconf("SC_CLK_TCK")


def wait_until_asleep(pid, seconds=2.0):
    """Until no thread of the process is running or ready to, for at most `seconds`: thread pools that spin after their
    work would otherwise take the CPU from whoever comes next."""
    end = time.monotonic() + seconds
    while _any_thread_runs(pid) and time.monotonic() < end:
        time.sleep(0.001)


def _any_thread_runs(pid):
    return any(text.rpartition(") ")[2][0] == "R" for text in _of_threads(pid, "stat"))


def _of_threads(pid, name):
    """The text of that name of each thread."""
    for path in pathlib.Path(f"/proc/{pid}/task").glob("*/" + name):
        try:
            yield path.read_text()
        except (FileNotFoundError, ProcessLookupError):  # The thread has ended since.
            continue


def cpu_seconds(pid):
    """That the process's threads have computed so far, to the nanosecond. Those that have ended do not count."""
    return sum(int(text.split()[0]) for text in _of_threads(pid, "schedstat")) * 1e-9


def peak_memory(pid):
    """Of the process so far, in bytes: what of it was in memory at once, mapped files included."""
    return _status_bytes(pid, "VmHWM")


def memory(pid):
    """Of the process now."""
    return _status_bytes(pid, "VmRSS")


def _status_bytes(pid, field):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise ValueError(f"/proc/{pid}/status has no {field}")


class OthersWatch:
    """How much of the CPUs is used by others than one process and those that it starts, from now on."""

    def __init__(self, pid):
        self._pid = pid
        self._start = time.monotonic(), _machine_seconds(), cpu_seconds(pid)

    def cpus(self):
        """On average since the start: 0.5 is half a CPU."""
        now = time.monotonic(), _machine_seconds(), cpu_seconds(self._pid)
        elapsed, busy, own = (after - before for after, before in zip(now, self._start))
        return max(0.0, busy - own) / elapsed if elapsed else 0.0


def _machine_seconds():
    of_all_cpus = pathlib.Path("/proc/stat").read_text().splitlines()[0]
    user, nice, system, _, _, irq, softirq, steal = map(int, of_all_cpus.split()[1:9])
    return (user + nice + system + irq + softirq + steal) / _TICKS


def describe():
    """The CPU and the system, for the result file."""
    names = [line.partition(": ")[2] for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")]
    return {
        "cpu": names[0] if names else platform.machine(),
        "cpus": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
    }
