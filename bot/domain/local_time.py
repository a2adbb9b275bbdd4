"""Wall clocks and calendars of a zone: where a local time exists twice, once or not at all, and whole days."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def instants(wall: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Return the UTC instants at which clocks of `zone` show the naive `wall` time.

    None while clocks jump forward, two while they are set back, otherwise one.
    """
    found = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    real = {at for at in found if at.astimezone(zone).replace(tzinfo=None) == wall}
    return tuple(sorted(real))


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Return the UTC instant at which `day` begins in `zone`."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def month_start(day: date, months: int = 0) -> date:
    """Return the first day of the month `months` after (or, negative, before) that of `day`."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def week_start(day: date, weeks: int = 0) -> date:
    """Return the Monday of the week `weeks` after (or before) that of `day`."""
    return day - timedelta(days=day.weekday()) + timedelta(weeks=weeks)


def nearest_year(month: int, day: int, today: date) -> date | None:
    """Return the date of that month and day which is closest to today, or None where no year has it."""
    candidates = [found for year in range(-4, 5) if (found := real_date(today.year + year, month, day))]
    return min(candidates, key=lambda found: (abs(found - today), found)) if candidates else None


def real_date(year: int, month: int, day: int) -> date | None:
    """Return the date, or None where the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None
