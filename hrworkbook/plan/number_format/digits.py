"""A number in the digits of a format's section: decimals, thousands, percent, scientific, fractions."""

from itertools import takewhile

from hrworkbook.plan.number_format.code import Kind, Section, Token, UnknownCode

_DIGITS = 15
"""Significant digits of a number that spreadsheet programs show; the rest is noise of its binary form."""


def general(value: float) -> str:
    """Return a number that is not negative as a cell without a format shows it: no digit is dropped for want of width."""
    if value < 1e15 and value == int(value):
        return str(int(value))
    text = f"{value:.{_DIGITS}g}".replace("e", "E")
    if "E" in text and 1e-10 < value < 1:
        from decimal import Decimal

        return format(Decimal(text), "f")
    return text


def rounded(value: float, places: int, shift: int = 0) -> int:
    """Return value · 10^(shift + places), rounded half up to a whole number as its first 15 digits say.

    A whole number keeps all its digits. 0.285 is 0.29 with two places, though its binary form lies below.
    """
    if shift + places >= 0 and value < 2**53 and value == int(value):
        return int(value) * int(10 ** (shift + places))
    mantissa, _, exponent = f"{value:.{_DIGITS - 1}e}".partition("e")
    digits = int(mantissa[0] + mantissa[2:])
    power = int(exponent) - (_DIGITS - 1) + shift + places
    if power >= 0:
        return digits * int(10**power)
    if power < -_DIGITS - 1:
        return 0
    unit = 10**-power
    return int((digits + unit // 2) // unit)


class NumberSection:
    """A section with digits, drawn up once and used for many numbers."""

    def __init__(self, section: Section) -> None:
        tokens = section.tokens
        ends = [at for at, (kind, _) in enumerate(tokens) if kind is Kind.EXPONENT]
        points = [at for at, (kind, _) in enumerate(tokens) if kind is Kind.POINT]
        if len(ends) > 1:
            raise UnknownCode("two exponents")
        end = ends[0] if ends else len(tokens)
        point = points[0] if points and points[0] < end else end
        self.sign = tokens[end][1] if ends else ""
        self.has_point = point < end
        self.decimals = _plain(tokens[point + 1 : end])
        self.exponent = _plain(tokens[end + 1 :])
        self.places = sum(kind is Kind.DIGIT for kind, _ in self.decimals)
        whole = tokens[:point]
        self.shift = 2 * section.has(Kind.PERCENT)
        self.shift -= 3 * _scaling(whole if any(k is Kind.DIGIT for k, _ in whole) else [])
        self.shift -= 3 * _scaling(tokens[point + 1 : end])
        self.thousands = _grouped(whole)
        self.whole = _plain(whole)
        self.width = sum(kind is Kind.DIGIT for kind, _ in self.whole)

    def render(self, value: float) -> tuple[str, bool]:
        """Return the text of a number that is not negative, and whether it was rounded to nought."""
        if self.sign:
            return self._scientific(value)
        number = rounded(value, self.places, self.shift)
        return self._decimal(number), number == 0

    def _decimal(self, number: int) -> str:
        """Return a number of 10^-places in the digits before and after the point."""
        digits = str(number).zfill(self.places + 1)
        cut = len(digits) - self.places
        text = _whole(self.whole, digits[:cut].lstrip("0"), self.thousands)
        if self.has_point:
            text += "."
        return text + _decimals(self.decimals, digits[cut:]) if self.decimals else text

    def _scientific(self, value: float) -> tuple[str, bool]:
        step = max(self.width, 1)
        power = int(f"{value:.{_DIGITS - 1}e}".partition("e")[2]) if value else 0
        power -= (power % step) if self.width else -1
        number = rounded(value, self.places, self.shift - power)
        if number >= 10 ** (self.width + self.places):
            power += step
            number = rounded(value, self.places, self.shift - power)
        sign = "-" if power < 0 else self.sign[1:].replace("-", "")
        text = self._decimal(number) + self.sign[0] + sign + _whole(self.exponent, str(abs(power)).lstrip("0"), False)
        return text, number == 0


class FractionSection:
    """A section such as `# ?/?` or `# ??/100`."""

    def __init__(self, section: Section) -> None:
        tokens = section.tokens
        over = fraction_at(section)
        if any(kind in (Kind.POINT, Kind.EXPONENT, Kind.PERCENT, Kind.COMMA) for kind, _ in tokens):
            raise UnknownCode("a fraction with a point")
        above = sum(1 for _ in takewhile(_is_digit, reversed(tokens[:over])))
        below = sum(1 for _ in takewhile(_is_digit, tokens[over + 1 :]))
        self.fixed = int(tokens[over][1][1:] or 0)
        self.most = 10 ** min(below, 7) - 1
        if not above or not (below or self.fixed) or (below and self.fixed):
            raise UnknownCode("half a fraction")
        self.before = tokens[: over - above]
        self.above, self.below = tokens[over - above : over], tokens[over + 1 : over + 1 + below]
        self.after = tokens[over + 1 + below :]
        self.has_whole = any(map(_is_digit, self.before))

    def render(self, value: float) -> tuple[str, bool]:
        """Return the text of a number that is not negative, and whether it was rounded to nought."""
        from fractions import Fraction

        exact = Fraction(f"{value:.{_DIGITS}g}")
        if self.fixed:
            numerator, denominator = int(exact * self.fixed + Fraction(1, 2)), self.fixed
        else:
            nearest = exact.limit_denominator(max(self.most, 1))
            numerator, denominator = nearest.numerator, nearest.denominator
        is_zero = numerator == 0
        whole = 0
        if self.has_whole:
            whole, numerator = divmod(numerator, denominator)
        before = "" if not self.has_whole else _whole(self.before, str(whole).lstrip("0"), False)
        if self.has_whole and not numerator and self.above[-1][1] != "0":
            below = len(str(self.fixed)) if self.fixed else len(self.below)
            if is_zero and not before.strip():
                before = "0" + before
            return before + " " * (len(self.above) + 1 + below) + _literals(self.after), is_zero
        if not self.has_whole:
            before = _literals(self.before)
        above = _whole(self.above, str(numerator), False)
        below_text = str(denominator)
        if not self.fixed:
            mark = self.below[0][1]
            below_text = below_text.zfill(len(self.below)) if mark == "0" else below_text.ljust(len(self.below))
        return f"{before}{above}/{below_text}{_literals(self.after)}", is_zero


def fraction_at(section: Section) -> int:
    """Return the place of the slash of a fraction in the section's tokens; -1 where there is none."""
    tokens = section.tokens
    for at, (kind, text) in enumerate(tokens):
        if kind is Kind.OVER and at and _is_digit(tokens[at - 1]):
            follows = len(text) > 1 or (at + 1 < len(tokens) and _is_digit(tokens[at + 1]))
            if follows:
                return at
    return -1


def _is_digit(token: Token) -> bool:
    return token[0] is Kind.DIGIT


def _literals(tokens: list[Token]) -> str:
    return "".join(text for _, text in tokens)


def _plain(tokens: list[Token]) -> list[Token]:
    """Digits and literals: commas were counted, and all else stands for itself."""
    return [(kind if kind is Kind.DIGIT else Kind.LITERAL, text) for kind, text in tokens if kind is not Kind.COMMA]


def _scaling(tokens: list[Token]) -> int:
    """How many commas stand right behind the last digit: each divides by a thousand."""
    last = max((at for at, token in enumerate(tokens) if _is_digit(token)), default=len(tokens))
    return sum(1 for _ in takewhile(lambda token: token[0] is Kind.COMMA, tokens[last + 1 :]))


def _grouped(tokens: list[Token]) -> bool:
    """Return whether a comma stands between digits."""
    digits = [at for at, token in enumerate(tokens) if _is_digit(token)]
    return bool(digits) and any(kind is Kind.COMMA for kind, _ in tokens[digits[0] : digits[-1]])


def _whole(tokens: list[Token], digits: str, thousands: bool) -> str:
    """Return the digits before the point, placed from the right; those that find no place stand before the first."""
    placed: list[str] = []
    count, left = 0, len(digits)
    marks = sum(map(_is_digit, tokens))
    for kind, text in reversed(tokens):
        if kind is not Kind.DIGIT:
            placed.append(text)
            continue
        marks -= 1
        while True:
            if left:
                left -= 1
                digit = digits[left]
            elif text == "#":
                break
            else:
                digit = "0" if text == "0" else " "
            if thousands and count and count % 3 == 0:
                placed.append("," if digit != " " else " ")
            placed.append(digit)
            count += 1
            if marks or not left:
                break
    if left:
        placed.insert(0, digits[:left])  # no digit stands before the point: `.00`
    return "".join(reversed(placed))


def _decimals(tokens: list[Token], digits: str) -> str:
    """Return the digits behind the point, without the noughts that `#` drops and `?` leaves blank."""
    significant = len(digits.rstrip("0"))
    placed: list[str] = []
    at = 0
    for kind, text in tokens:
        if kind is not Kind.DIGIT:
            placed.append(text)
            continue
        if at < significant or text == "0":
            placed.append(digits[at])
        elif text == "?":
            placed.append(" ")
        at += 1
    return "".join(placed)
