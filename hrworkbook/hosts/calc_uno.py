"""What goes over the bridge to Calc: every call counted, and values as Calc takes them."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from hrworkbook.plan.serials import EPOCH_1900, from_serial

DATE, TIME, LOGICAL, TEXT = 2, 4, 1024, 256
"""Kinds of number format (com.sun.star.util.NumberFormat)."""

ERRORS = {
    503: "#NUM!",
    521: "#NULL!",
    524: "#REF!",
    525: "#NAME?",
    526: "#NAME?",
    532: "#DIV/0!",
    32767: "#N/A",
}
"""Calc's error numbers that Excel has a name for; the others are Excel's #VALUE!."""


class Bridge:
    """A connection to one LibreOffice; `calls` counts what went over it."""

    def __init__(self, context: Any) -> None:
        self.calls = 0
        self.context = CountedObject(context, self)
        self.desktop = self.service("com.sun.star.frame.Desktop")

    def service(self, name: str) -> Any:
        """Return a service of the program, such as its desktop."""
        return self.context.ServiceManager.createInstanceWithContext(name, self.context)


class CountedObject:
    """An object on the other side: each attribute read and each method called is one call, and counted."""

    __slots__ = ("_bridge", "_it")

    def __init__(self, it: Any, bridge: Bridge) -> None:
        object.__setattr__(self, "_it", it)
        object.__setattr__(self, "_bridge", bridge)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._it, name)
        if type(value).__name__ == "PyUNO_callable":
            return self._counted_method(value)
        self._bridge.calls += 1
        return _wrap(value, self._bridge)

    def __setattr__(self, name: str, value: Any) -> None:
        self._bridge.calls += 1
        setattr(self._it, name, _unwrap(value))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CountedObject) and bool(self._it == other._it)

    def __hash__(self) -> int:
        return id(self._it)

    def _counted_method(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            self._bridge.calls += 1
            return _wrap(method(*map(_unwrap, arguments)), self._bridge)

        return call


def _wrap(value: Any, bridge: Bridge) -> Any:
    return CountedObject(value, bridge) if type(value).__name__ == "pyuno" else value


def _unwrap(value: Any) -> Any:
    return value._it if isinstance(value, CountedObject) else value


def property_values(**values: Any) -> tuple[Any, ...]:
    """Named settings as the tuple of PropertyValue that UNO's methods take."""
    from hrworkbook.hosts.libreoffice import import_uno

    uno = import_uno()
    made = []
    for name, value in values.items():
        setting = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
        setting.Name, setting.Value = name, value
        made.append(setting)
    return tuple(made)


def calc_moment(serial: float, kind: int, epoch: date) -> datetime | float:
    """Return a number shown as a date or time, as xlwings gives it: a datetime, the day itself being nought for a time alone.

    A length of time (30:15:00) and what lies before the year nought stay numbers.
    """
    if not kind & DATE and not 0 <= serial < 1:
        return serial
    try:
        return from_serial(serial, epoch if kind & DATE else EPOCH_1900)
    except OverflowError:
        return serial
