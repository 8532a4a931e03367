"""Expands series as python-dateutil does. Reads [{rule, start, zone, from, to}] and writes the starts of each in milliseconds, or null."""

import json
import signal
import sys
from datetime import datetime, timedelta, timezone

from dateutil import tz
from dateutil.rrule import rrulestr


class TooLong(Exception):
    pass


def stop(_signal, _frame):
    raise TooLong()


def moment(wall, zone):
    # RFC 5545 section 3.3.5: a time that the clocks leave out is read with the offset from before.
    return int(tz.resolve_imaginary(wall.replace(tzinfo=zone)).astimezone(timezone.utc).timestamp() * 1000)


def starts(case):
    zone = tz.gettz(case["zone"])
    start = datetime.fromisoformat(case["start"])
    rule = rrulestr(case["rule"], dtstart=start)
    count, rule = rule._count, rule.replace(count=None)
    last = datetime.fromtimestamp(case["to"] / 1000, timezone.utc).replace(tzinfo=None) + timedelta(days=1)
    # DTSTART is an occurrence, and counts, whether or not the rule meets it.
    walls = [start]
    for wall in rule:
        if wall > last or (count is not None and len(walls) >= count):
            break
        if wall != start:
            walls.append(wall)
    moments = {moment(wall, zone) for wall in walls}
    return sorted(found for found in moments if case["from"] <= found < case["to"])


def answer(case):
    signal.setitimer(signal.ITIMER_REAL, 1)
    try:
        return starts(case)
    # IndexError: dateutil itself fails for some numbered weekdays at the end of a year.
    except (TooLong, IndexError):
        return None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


signal.signal(signal.SIGALRM, stop)
json.dump([answer(case) for case in json.load(sys.stdin)], sys.stdout)
