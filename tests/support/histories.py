"""Histories of a plan at random: people work on it, periods are closed, lines come, go, and change their part."""

import random
from dataclasses import replace

from plans import Master

from hrworkbook.plan.ledgers import PLAN, START
from hrworkbook.plan.snapshot import Write
from hrworkbook.verbs.roll import roll

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
STATUSES = ("Red", "Amber", "Green", "Complete")
HEADS = (
    "ID",
    "Theme",
    "Ref",
    "Priority",
    "Owner",
    "Due",
    "RAG",
    "Update",
    "Planned",
    "Actual",
    "Part",
    "Paragraph",
    "Reason",
)
SCHEMA = """
name = "recount"
title = "Plan"
done = ["Complete"]
[roles]
theme = "theme"
reference = "ref"
priority = "priority"
owner = "owner"
due = "due"
status = "rag"
progress = "update"
planned = "planned"
actual = "actual"
part = "part"
paragraph = "paragraph"
reason = "reason"
""" + "".join(
    f'[[columns]]\nkey = "{head.lower()}"\nheader = "{head}"\n{more}'
    for head, more in zip(
        HEADS[1:],
        (
            "", 'kind = "reference"\n', "", "", 'kind = "timescale"\n',
            f'kind = "choice"\nwords = {list(STATUSES)}\nedited_by = "owner"\n', 'edited_by = "owner"\nroll = "clear"\n',
            'kind = "money"\n', 'kind = "money"\nedited_by = "owner"\n', 'kind = "choice"\nwords = ["Part 1", "Part 2"]\n', "", "",
        ),
        strict=True,
    )
)  # fmt: skip
TABLE = "Theme | Ref | Priority | Owner | Due\nTheme A | R0 | Do nothing | Jo | Ongoing"

Row = dict[str, object]


class World:
    """A plan that people work on at random: its rows by heading, as they are to stand on the Plan sheet."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.rows, self.next = chance, [], 0
        for _ in range(chance.randint(2, 7)):
            self.add()

    def add(self) -> None:
        self.next += 1
        row: Row = dict.fromkeys(HEADS)
        row |= {"ID": f"L{self.next:03}", "Theme": f"Theme {self.chance.choice('AB')}", "Ref": f"R{self.next}"}
        row |= {"Priority": f"Priority {self.next}", "Owner": self.chance.choice(("Jo", "Sam", "Ali"))}
        row |= {"Due": self.due(), "RAG": self.chance.choice((*STATUSES, None))}
        row |= {
            "Planned": self.chance.choice((None, 1000, "2,500")),
            "Actual": self.chance.choice((None, 999.5, "nil")),
        }
        self.rows.append(row)
        self.mark(row, self.chance.random() < 0.2)

    def due(self) -> str:
        if self.chance.random() < 0.2:
            return "Ongoing"
        return f"{self.chance.choice(MONTHS)} {self.chance.randint(2025, 2027)}"

    def mark(self, row: Row, exempt: bool) -> None:
        row |= {"Part": "Part 2", "Paragraph": "4", "Reason": "Talks."} if exempt else {"Part": None, "Paragraph": None, "Reason": None}  # fmt: skip

    def work(self) -> None:
        """One period's work."""
        for row in list(self.rows):
            if self.chance.random() < 0.12 and len(self.rows) > 1:
                self.rows.remove(row)
            if self.chance.random() < 0.5:
                row["RAG"] = self.chance.choice((*STATUSES, None))
            if self.chance.random() < 0.3:
                row["Due"] = self.due()
            if self.chance.random() < 0.4:
                row["Update"] = f"Update {self.chance.randint(1, 3)}."
            if self.chance.random() < 0.2:
                row["Actual"] = self.chance.choice((None, 50, 1200))
            if self.chance.random() < 0.15:
                self.mark(row, row["Part"] != "Part 2")
        for _ in range(self.chance.randint(0, 2)):
            self.add()


def typed(master: Master, world: World) -> None:
    """Put the world's rows on the Plan sheet, below its headings."""
    block = master.snapshot[PLAN]
    at = next(i for i, row in enumerate(block.rows) if row[:2] == ["ID", "Theme"])
    rows = [*block.rows[: at + 1], *([row[h] for h in HEADS] for row in world.rows)]
    sheets = tuple(replace(b, rows=rows) if b.name == PLAN else b for b in master.snapshot.sheets)
    master.snapshot = replace(master.snapshot, sheets=sheets)


def raw(master: Master, sheet: str, key: str) -> list[Row]:
    """The rows below the heading row of a sheet, by heading."""
    rows = [list(row) for row in master.snapshot[sheet].rows]
    at = next(i for i, row in enumerate(rows) if row and row[0] == key)
    heads = rows[at]
    return [dict(zip(heads, [*row, *[None] * len(heads)], strict=False)) for row in rows[at + 1 :] if any(row)]


def lived(seed: int) -> Master:
    """Return a master after four closed periods (now and then fewer), worked on since."""
    chance = random.Random(seed)
    world = World(chance)
    master = Master(TABLE, {}, SCHEMA)
    setting(master, "Period", f"2025/26 Q{chance.randint(1, 4)}")
    for _ in range(4 if seed % 5 else chance.randint(0, 3)):
        typed(master, world)
        master.apply(roll(master.snapshot, master.now).changes)
        for row, left in zip(world.rows, raw(master, PLAN, "ID"), strict=True):
            row["Update"] = left["Update"]
        world.work()
    typed(master, world)
    setting(master, "Committee date", chance.choice((None, "15 May 2026", "1 June 2030")))
    return master


def setting(master: Master, name: str, value: object) -> None:
    row = next(i for i, cells in enumerate(master.snapshot[START].rows, 1) if len(cells) > 1 and cells[1] == name)
    master.apply([Write(START, row, 3, ((value,),))])
