"""Values read from text, each with the words it was read from.

Here: dates with precision, money, counts. Not here: the parsers, which are in `dossier/evidence`.
"""

from __future__ import annotations

from datetime import date

from dossier.nouns.words import Bound, Model, Precision


class EventDate(Model):
    """A date with its precision: `value` is the first day of the period, `text` what stood in the source."""

    value: date
    precision: Precision
    text: str


class Money(Model):
    """An amount in units of `currency` (ISO 4217), with the words it was read from."""

    amount: float
    currency: str = "USD"
    bound: Bound = Bound.EXACT
    text: str


class Count(Model):
    """A number of things (`unit` in the singular: job, employee, megawatt, site ...), with its words."""

    number: float
    unit: str
    bound: Bound = Bound.EXACT
    text: str
