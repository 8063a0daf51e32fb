"""Writes table.txt: when croniter calls each pattern of patterns.txt in a year of each time zone.

    pip install croniter==7.0.0 tzdata
    python3 table.py > table.txt
"""

from datetime import datetime, timedelta, timezone
from pathlib import Path
from zlib import crc32
from zoneinfo import ZoneInfo

from croniter import croniter

YEAR = 2028
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Sydney", "Australia/Lord_Howe"]
START = datetime(YEAR, 1, 1, tzinfo=timezone.utc)
END = datetime(YEAR + 1, 1, 1, tzinfo=timezone.utc)
NEAR = timedelta(hours=2)
MOST_LISTED = 40


def changes(zone):
    """The moments at which the offset of the zone changes, each at a full half hour."""
    step = timedelta(minutes=30)
    at = START
    while at < END:
        if (at - step).astimezone(zone).utcoffset() != at.astimezone(zone).utcoffset():
            yield at
        at += step


def calls(pattern, zone):
    # From the last second before the year, so that its first minute counts.
    moments = croniter(pattern, (START - timedelta(seconds=1)).astimezone(zone))
    while True:
        moment = moments.get_next(datetime).astimezone(timezone.utc)
        if moment >= END:
            return
        yield moment


def summary(moments):
    minutes = ",".join(str(int(moment.timestamp()) // 60) for moment in moments)
    return f"{len(moments)}:{crc32(minutes.encode()):08x}"


for name in ZONES:
    zone = ZoneInfo(name)
    turns = list(changes(zone))
    for pattern in Path(__file__).with_name("patterns.txt").read_text().splitlines():
        moments = list(calls(pattern, zone))
        near = [it for it in moments if any(abs(it - turn) <= NEAR for turn in turns)]
        far = [it for it in moments if it not in set(near)]
        listed = " ".join(it.strftime("%m-%dT%H:%M") for it in near)
        shown = listed if len(near) <= MOST_LISTED else summary(near)
        print(f"{name}|{pattern}|{summary(far)}|{shown}")
