"""Amounts of money in a text: `$4.2M`, `US$ 5bn`, `EUR 3 million`, `100 million dollars`, ranges, bounds.

Here: finding an amount with its currency and its exact words. Not here: whether two amounts agree (the merge)
and what the money is for (the claim). A number without a currency is no money.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from dossier.evidence.numbers import BELOW_HUNDRED, DIGITS, SCALE, UNREAL, WORDS, read_bound, read_words, scaled
from dossier.evidence.spans import Taken
from dossier.models import Bound, Money


class FoundMoney(NamedTuple):
    """An amount at `text[start:end]`; `value.text` is exactly those characters."""

    start: int
    end: int
    value: Money


_SYMBOLS = {
    "us$": "USD", "us $": "USD", "u.s.$": "USD", "u.s. $": "USD", "u.s $": "USD",
    "c$": "CAD", "c $": "CAD", "ca$": "CAD", "cad$": "CAD",
    "can$": "CAD", "a$": "AUD", "au$": "AUD", "nz$": "NZD", "hk$": "HKD", "s$": "SGD", "nt$": "TWD", "r$": "BRL",
    "mx$": "MXN", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW", "₪": "ILS", "₿": "BTC",
}  # fmt: skip
_CODES = (
    "USD EUR GBP CAD AUD NZD CHF JPY CNY RMB INR KRW SEK NOK DKK PLN CZK HUF MXN BRL SGD HKD TWD ILS ZAR AED SAR BTC"
).split()
_NAMES = {
    r"(?:u\.?s\.?|united\s+states|american)\s+dollars?": "USD",
    r"canadian\s+dollars?": "CAD",
    r"australian\s+dollars?": "AUD",
    r"new\s+zealand\s+dollars?": "NZD",
    r"hong\s+kong\s+dollars?": "HKD",
    r"singapore\s+dollars?": "SGD",
    r"dollars?": "USD",
    r"euros?": "EUR",
    r"(?:pounds?\s+sterling|british\s+pounds?|gb\s+pounds?)": "GBP",
    r"(?:japanese\s+)?yen": "JPY",
    r"swiss\s+francs?": "CHF",
    r"(?:chinese\s+yuan|yuan|renminbi)": "CNY",
    r"(?:indian\s+)?rupees?": "INR",
    r"(?:south\s+)?korean\s+won": "KRW",
    r"swedish\s+kron(?:a|or)": "SEK",
    r"norwegian\s+kron(?:e|er)": "NOK",
    r"danish\s+kron(?:e|er)": "DKK",
    r"mexican\s+pesos?": "MXN",
    r"turkish\s+lira": "TRY",
    r"(?:russian\s+)?(?:rubles?|roubles?)": "RUB",
    r"(?:south\s+african\s+)?rand": "ZAR",
    r"(?:spanish\s+)?pesetas?": "ESP",
    r"(?:dutch\s+)?guilders?": "NLG",
    r"(?:deutsche|german)\s+marks?": "DEM",
}
_SMALL_NAMES = {"cent": "USD", "cents": "USD", "pence": "GBP"}  # a hundred of them make one
_SIGNS_BEHIND = {"元": "CNY", "₾": "GEL", "₭": "LAK", "₡": "CRC", "€": "EUR", "₿": "BTC", "ரூ": "LKR"}
_NAME = [(re.compile(pattern, re.I), currency) for pattern, currency in _NAMES.items()]
_SYMBOL = r"(?:" + "|".join(re.escape(s) for s in sorted(_SYMBOLS, key=len, reverse=True)) + r")"
_CODE = r"(?:" + "|".join(_CODES) + r")"
_LEAD = rf"(?:(?<![A-Za-z])(?:{_CODE}\s?)?{_SYMBOL}|(?<![A-Za-z]){_CODE})"
# `$ 1 000 000`: blanks part thousands where the last are noughts; else they may part the columns of a table
_DIGITS = rf"(?:\d{{1,3}}(?:[ \u00a0\u202f]\d{{3}}){{0,4}}[ \u00a0\u202f]000(?![\d,.]*\d)|{DIGITS})"
_TO = r"\s?(?:-|–|—|to|and)\s?"
_BEFORE = re.compile(
    rf"(?P<lead>{_LEAD})\s{{0,2}}(?P<number>{_DIGITS})(?P<plus>\+?)(?P<scale>{SCALE})?(?![\d])"
    rf"(?P<again>\sdollars\b)?(?:{_TO}(?P<lead2>{_LEAD})?\s?(?P<number2>{_DIGITS})(?P<scale2>{SCALE})?(?![\d,.]*\d|%|[\s-]?percent))?",
    re.I,
)
_AFTER = re.compile(
    rf"(?<![\w$€£.,])(?:(?P<number>{DIGITS})(?P<scale>{SCALE})?|(?P<words>{WORDS}))[\s-]{{0,2}}"
    rf"(?P<million>M(?={_CODE}))?(?:(?P<name>{_CODE}(?![A-Za-z])|(?:{'|'.join(_NAMES)}|pounds)(?![A-Za-z-]))"
    rf"(?P<behind>\s(?:thousand|million|billion|trillion)\b)?"
    rf"(?:(?:\sand|,)?\s(?:(?P<cents>\d\d?)|(?P<centwords>{BELOW_HUNDRED}))(?:\scents?\b|(?=[.!?;]?$|\sand\b)))?"
    rf"|(?P<small>{'|'.join(_SMALL_NAMES)})(?![A-Za-z])|(?P<sign>{'|'.join(_SIGNS_BEHIND)}))",
    re.I,
)
_SIGNS = "$€£¥₹₩₪元₾₭₡₿ர"
_SIGN_WORD = re.compile(
    rf"dollar|euro|pound|yen|franc|yuan|renminbi|rupee|won\b|kron|peso|lira|r(?:o?u)ble|rand\b|cent\b|cents\b|pence|peseta|guilder|mark|(?<![A-Z])M?{_CODE}(?![A-Z])",
    re.I,
)
_WORD_BEFORE = re.compile(r"([A-Za-z]+)\s+$")
# what a sum was: `raised its investment from $90 million to $120 million`
_WAS = re.compile(
    r"\b(?:rais|increas|boost|upped|lift|expand|gr[eo]w|cut|lower|reduc|revis|doubl|tripl|chang|scal|rose|risen|fell|up\b|down\b)"
    r"[^.;]*\bfrom\s+(?:(?:about|around|roughly|nearly|an?|its|the|initial|original|earlier|previous|planned)\s+){0,3}$",
    re.I,
)
_JOINED = re.compile(r"(?:-|–|—|to)", re.I)


def find_money(text: str) -> list[FoundMoney]:
    """Return the amounts in `text`, in order, never overlapping.

    A range (`$2 to $3 billion`) gives two values, `at_least` the first and `at_most` the second; the scale
    of the second holds for the first where that has none.
    """
    if not any(sign in text for sign in _SIGNS) and not _SIGN_WORD.search(text):
        return []
    taken = Taken(len(text))
    signed = [find for match in _BEFORE.finditer(text) for find in _with_lead(text, match)]
    named = [find for match in _AFTER.finditer(text) for find in _with_name(text, match)]
    ordered = sorted((*signed, *named), key=lambda find: find.start)
    return [find for find in ordered if find.value.amount < UNREAL and taken.take(find.start, find.end)]


def find_current_money(text: str) -> list[FoundMoney]:
    """Return the amounts in `text` but for those that another one in it replaced: `raised from $90 to $120 million`."""
    found = find_money(text)
    if len(found) < 2:
        return found
    return [one for one in found if not _WAS.search(text[max(0, one.start - 160) : one.start])] or found


def _with_lead(text: str, match: re.Match[str]) -> list[FoundMoney]:
    currency = _currency(match["lead"])
    scale, end = match["scale"] or "", _end_of_first(match)
    if match["number2"] is None or not _is_range(match):
        return [
            *_one(text, match.start(), end, scaled(match["number"], scale), currency),
            *_second(text, match),
        ]
    scale2 = match["scale2"] or ""
    low = scaled(match["number"], scale or (scale2 if _shares_scale(match) else ""))
    high = scaled(match["number2"], scale2)
    second = match.start("lead2") if match["lead2"] else match.start("number2")
    if high <= low:
        return [*_one(text, match.start(), end, low, currency), *_second(text, match)]
    return [
        _found(text, match.start(), end, low, currency, Bound.AT_LEAST),
        _found(text, second, match.end(), high, currency, Bound.AT_MOST),
    ]


def _end_of_first(match: re.Match[str]) -> int:
    """Return where the first amount of a match ends, a `dollars` that repeats its sign included."""
    return max(match.end("scale"), match.end("plus"), match.end("again"))


def _is_range(match: re.Match[str]) -> bool:
    """Return whether two amounts bound one value; `from $1 to $2 million` is a change, not a range."""
    joint = match.string[_end_of_first(match) : match.start("number2")]
    before = _WORD_BEFORE.search(match.string[max(0, match.start() - 20) : match.start()])
    word = before[1].lower() if before else ""
    return word == "between" or (bool(_JOINED.search(joint)) and word != "from")


def _shares_scale(match: re.Match[str]) -> bool:
    return scaled(match["number"]) < 1_000


def _second(text: str, match: re.Match[str]) -> list[FoundMoney]:
    """Return the second amount of a match that is no range: `$5 million and $7 million`."""
    if match["number2"] is None or match["lead2"] is None:
        return []
    value = scaled(match["number2"], match["scale2"] or "")
    return _one(text, match.start("lead2"), match.end(), value, _currency(match["lead2"]))


def _one(text: str, start: int, end: int, amount: float, currency: str) -> list[FoundMoney]:
    bound = Bound.AT_LEAST if "+" in text[start:end] else read_bound(text, start, end)
    return [_found(text, start, end, amount, currency, bound)]


def _found(text: str, start: int, end: int, amount: float, currency: str, bound: Bound) -> FoundMoney:
    return FoundMoney(start, end, Money(amount=amount, currency=currency, bound=bound, text=text[start:end]))


def _with_name(text: str, match: re.Match[str]) -> list[FoundMoney]:
    amount = _amount_before(match)
    if amount is None or _is_weight(match):
        return []
    cents = float(match["cents"] or 0) or (read_words(match["centwords"]) or 0.0 if match["centwords"] else 0.0)
    if match["small"]:
        return _one(text, match.start(), match.end(), amount / 100, _SMALL_NAMES[match["small"].lower()])
    currency = _SIGNS_BEHIND[match["sign"]] if match["sign"] else _currency(match["name"])
    return _one(text, match.start(), match.end(), amount + cents / 100, currency)


def _amount_before(match: re.Match[str]) -> float | None:
    words, scale = match["words"], match["scale"] or match["million"] or match["behind"] or ""
    if not words:
        return scaled(match["number"], scale)
    amount = read_words(words)
    return None if amount is None else amount * scaled("1", match["million"] or match["behind"] or "")


def _is_weight(match: re.Match[str]) -> bool:
    return (match["name"] or "").lower() == "pounds" and "illion" not in (
        match["words"] or match["scale"] or ""
    ).lower()


def _currency(words: str) -> str:
    word = re.sub(r"\s+", " ", words.strip().lower())
    if word in _SYMBOLS:
        return _SYMBOLS[word]
    code = word[:3].upper()
    if code in _CODES and not word[3:4].isalpha():
        return "CNY" if code == "RMB" else code
    if word == "pounds":
        return "GBP"
    return next((currency for pattern, currency in _NAME if pattern.fullmatch(word)), "USD")
