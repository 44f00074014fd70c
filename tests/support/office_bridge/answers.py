"""What office.js sends with each sync, carried out: paths to objects, then actions on them, in order.

It is strict where Excel is: a request and an answer hold 5 MB, an unknown member is an error, and what was done before an
action that fails stays done.
"""

import json
from dataclasses import dataclass
from itertools import count
from threading import Lock
from typing import Any

LARGEST = 5_000_000
GLOBAL, METHOD, PROPERTY, INDEXER, REFERENCE = 1, 3, 4, 5, 6
"""Kinds of object paths."""
INSTANTIATE, QUERY, CALL, SET = 1, 2, 3, 4
"""Kinds of actions."""


class ExcelError(Exception):
    """What Excel would answer instead: `code` is what `error.code` is in the page."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


@dataclass(frozen=True)
class Sync:
    """One request: its bytes, those of the answer, and the error it came to."""

    bytes_in: int
    bytes_out: int
    error: str = ""


class Answers:
    """Answers the requests of one page about one workbook."""

    def __init__(self, workbook: Any) -> None:
        self.workbook = workbook
        self.syncs: list[Sync] = []
        self.fail_at = 0
        """The number of the setting of cells' values, counted from 1, that fails as a workbook gone bad would; 0 for none."""
        self._kept: dict[str, Any] = {}
        self._numbers = count(1)
        self._lock = Lock()

    def process(self, body: bytes) -> bytes:
        """Return the answer to a `ProcessQuery` request."""
        with self._lock:
            answer, error = self._answer(body)
            made = json.dumps(answer).encode()
            if len(made) > LARGEST:
                error = "ResponsePayloadSizeLimitExceeded"
                made = json.dumps({"Error": {"Code": error, "Message": "too large"}}).encode()
            self.syncs.append(Sync(len(body), len(made), error))
            return made

    def _answer(self, body: bytes) -> tuple[dict[str, Any], str]:
        if len(body) > LARGEST:
            code = "RequestPayloadSizeLimitExceeded"
            return {"Error": {"Code": code, "Message": "too large"}}, code
        request = json.loads(body)
        paths, objects = request["ObjectPaths"], {}
        results: list[dict[str, Any]] = []

        def at(number: int) -> Any:
            if number not in objects:
                objects[number] = self._resolve(paths[str(number)], at)
            return objects[number]

        for index, action in enumerate(request["Actions"]):
            try:
                value = self._act(action, at(action["ObjectPathId"]), _arguments(action, at))
            except ExcelError as error:
                told = {"Code": error.code, "Message": error.message, "Location": action["Name"], "ActionIndex": index}
                return {"Results": results, "Error": told}, error.code
            results.append({"ActionId": action["Id"], "Value": value})
        return {"Results": results}, ""

    def _resolve(self, path: dict[str, Any], at: Any) -> Any:
        kind, name = path["ObjectPathType"], path["Name"]
        if kind == GLOBAL:
            return self.workbook
        if kind == REFERENCE:
            return self._kept[name]
        parent = at(path["ParentObjectPathId"])
        arguments = _arguments(path, at)
        if parent is None:
            return None
        if kind == INDEXER:
            return _member(parent, "do", "GetItem")(*arguments)
        if kind == PROPERTY:
            return _member(parent, "get", name)()
        if kind == METHOD:
            return _member(parent, "do", name)(*arguments)
        raise ExcelError("NotImplemented", f"a path of kind {kind}")

    def _act(self, action: dict[str, Any], it: Any, arguments: list[Any]) -> Any:
        kind, name = action["ActionType"], action["Name"]
        if kind == INSTANTIATE:
            return None if it is None else self._identity(it)
        if kind == QUERY:
            return None if it is None else _told(it, action["QueryInfo"].get("Select", []))
        if name in ("_KeepReference", "_RemoveReference", "_ValidateArraySize"):
            return self._identity(it) if name == "_KeepReference" and it is not None else None
        if it is None:
            raise ExcelError("InvalidObjectPath", name)
        if kind == CALL:
            return _member(it, "do", name)(*arguments)
        if kind == SET:
            if name == "Values" and self.fail_at:
                self.fail_at -= 1
                if not self.fail_at:
                    raise ExcelError("GeneralException", "There was an internal error while processing the request.")
            _member(it, "set", name)(*arguments)
            return None
        raise ExcelError("NotImplemented", f"an action of kind {kind}")

    def _identity(self, it: Any) -> dict[str, Any]:
        if hasattr(it, "get_Id"):
            return {"Id": it.get_Id()}
        if getattr(it, "is_kept", False):
            key = f"ref{next(self._numbers)}"
            self._kept[key] = it
            return {"_ReferenceId": key}
        return {}


def _arguments(of: dict[str, Any], at: Any) -> list[Any]:
    """Return what a member is given: values, and objects in place of the numbers of their paths."""
    given = of.get("ArgumentInfo", {})
    paths = given.get("ReferencedObjectPathIds") or []
    values = given.get("Arguments", [])
    return [at(paths[i]) if i < len(paths) and paths[i] else value for i, value in enumerate(values)]


def _member(it: Any, kind: str, name: str) -> Any:
    """Return what gets, sets or calls a member of an object; an error where this Excel knows none of that name."""
    member = getattr(it, f"{kind}_{name}", None)
    if member is None:
        raise ExcelError("ApiNotFound", f"{type(it).__name__}.{name} ({kind})")
    return member


def _told(it: Any, names: list[str]) -> dict[str, Any]:
    """Return what a `load` asks for: of a collection, of each of its items."""
    wanted = [name[0].upper() + name[1:] for name in names]
    if hasattr(it, "items"):
        return {"_Items": [{"Id": one.get_Id(), **{n: _member(one, "get", n)() for n in wanted}} for one in it.items()]}
    return {name: _member(it, "get", name)() for name in wanted}
