/** A change set applied to an open Excel workbook, whole or not at all: checked, written in blocks, read back, put back. */

import { HostError, addressOf, askMerges, isFormula, isTooLarge, mergesOf, parseAddress, rangeOf, readAreas, readCells } from "./excel-read.js";

const BYTES_AT_ONCE = 3_500_000;
/** Of one request; Excel on the web takes 5 MB. */

const DAY_MS = 86_400_000;
const DAYS_TO_1970 = 25_569;
const DAYS_TO_1904 = 1_462;
const FIRST_SAFE_DAY = "1904-01-02";
/** Before it programs differ on the number of a day. */

const TEXT = "@";

/** What a number format's code shows: "d" in it for a day, "t" for a time of day. */
function shows(code) {
  const first = code.toLowerCase().replace(/"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]/g, "").split(";")[0];
  if (first.includes("general")) return "";
  return (/[dy]|m{3,}/.test(first) ? "d" : "") + (/[hs]|\[[hms]+\]/.test(first) ? "t" : "");
}

/** Whether Excel would take a text for something else unless its cell is a text cell: `007`, `May 2020`, `=1+1`, `TRUE`. */
function needsTextFormat(text) {
  return !/^\p{L}/u.test(text) || /^\s*(true|false)\s*$/i.test(text) || /\p{N}/u.test(text);
}

/** A text as Excel takes it: an apostrophe at its beginning is Excel's own sign of a text unless it stands there twice. */
function typed(text) {
  return text.startsWith("'") ? `'${text}` : text;
}

function asText(value) {
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (typeof value !== "object") return String(value);
  if ("date" in value) return value.date.split("-").reverse().join("/");
  if ("moment" in value) return `${asText({ date: value.moment.slice(0, 10) })} ${value.moment.slice(11, 16)}`;
  return value.time ?? value.link ?? value.error ?? value.uncomputed;
}

function serialOf(value, from1904) {
  const moment = "time" in value ? `1970-01-01T${value.time}` : (value.moment ?? `${value.date}T00:00:00`);
  const days = Date.parse(`${moment}Z`) / DAY_MS;
  return "time" in value ? days : days + DAYS_TO_1970 - (from1904 ? DAYS_TO_1904 : 0);
}

/** What to write for a moment: its number where the cell shows such, or shows nothing of its own yet; else a text. */
function momentContent(value, format, from1904) {
  const kind = shows(format);
  const fits = "time" in value ? kind === "t" : kind.includes("d");
  const isSafe = "time" in value || (value.date ?? value.moment) >= FIRST_SAFE_DAY;
  if (!isSafe || !(fits || format === "General")) return textContent(asText(value));
  const made = "time" in value ? "hh:mm:ss" : "date" in value ? "dd/mm/yyyy" : "dd/mm/yyyy hh:mm";
  const serial = serialOf(value, from1904);
  const holds = (found) => typeof found === "number" && Math.abs(found - serial) < 2e-8;
  return { put: serial, format: fits ? null : made, holds };
}

function textContent(text) {
  return { put: typed(text), format: needsTextFormat(text) ? TEXT : null, holds: (found) => found === text };
}

/** What to write to a cell for a value of a change set, given its number format: {put, format or null, holds}. */
function contentOf(value, format, from1904) {
  if (value === null || value === "" || value.link === "") return { put: "", format: null, holds: (found) => found === "" };
  if (typeof value === "string") return textContent(value);
  if (typeof value === "number") {
    if (shows(format)) return textContent(asText(value));
    return { put: value, format: null, holds: (found) => found === value || found === asText(value) };
  }
  if (typeof value === "boolean") {
    if (format === TEXT) return textContent(asText(value));
    return { put: value, format: null, holds: (found) => found === value };
  }
  if ("link" in value) return { put: `=${value.formula}`, format: format === TEXT ? "General" : null, holds: (found) => found === value.link };
  if ("error" in value) return { put: value.error, format: format === TEXT ? "General" : null, holds: (found) => found === value.error };
  if ("uncomputed" in value) return textContent(value.uncomputed);
  return momentContent(value, format, from1904);
}

/** The cells to write on one sheet, as they are and as they are to be. */
class SheetWrite {
  constructor(sheet, name, cells) {
    Object.assign(this, { sheet, name, cells });
    const rows = cells.map((cell) => cell.row);
    const columns = cells.map((cell) => cell.column);
    const [top, left] = [lowest(rows), lowest(columns)];
    this.area = { sheet, top, left, rows: -lowest(rows.map((n) => -n)) - top + 1, columns: -lowest(columns.map((n) => -n)) - left + 1 };
    this.tables = [];
  }

  before(cell) {
    return this.held[cell.row - this.area.top][cell.column - this.area.left];
  }

  place(cell) {
    return `${this.name}!${addressOf(cell.row, cell.column)}`;
  }

  /** Throw where the sheet is protected, a cell is no longer as it was seen, or its value would vanish under a merged one. */
  check(seen) {
    if (this.protection.protected) {
      const remedy = "Choose Review, then Unprotect Sheet, and try again";
      throw new HostError("CannotWrite", this.name, "the sheet is protected, so nothing was changed", remedy);
    }
    for (const cell of seen ? this.cells : []) {
      const was = seen.rows[cell.row - 1]?.[cell.column - 1] ?? null;
      if (JSON.stringify(was) !== JSON.stringify(this.before(cell).value)) {
        const fault = "it was changed while the job ran, so nothing was written";
        throw new HostError("WorkbookLocked", this.place(cell), fault, "Press the button again");
      }
    }
    for (const [top, left, bottom, right] of mergesOf(this.merged)) {
      const under = this.cells.find(
        ({ row, column, value }) =>
          value !== null && top <= row && row <= bottom && left <= column && column <= right && (row !== top || column !== left),
      );
      if (under) {
        const fault = `it is merged into ${addressOf(top, left)}, so nothing was changed`;
        throw new HostError("CannotWrite", this.place(under), fault, "Unmerge the cells, then try again");
      }
    }
  }

  /** The tables that end directly above new rows, each with its area now and the one it grows to. */
  grownTables() {
    const filled = this.cells.filter((cell) => cell.value !== null);
    const areas = this.tables.map(({ range }) => parseAddress(range.address).slice(1));
    return this.tables.flatMap(({ table }, i) => {
      const [top, left, bottom, right] = areas[i];
      const rows = new Set(filled.filter((c) => left <= c.column && c.column <= right).map((c) => c.row));
      const isTaken = (row) => areas.some((o, j) => j !== i && o[0] <= row && row <= o[2] && o[1] <= right && left <= o[3]);
      let last = bottom;
      while (!table.showTotals && rows.has(last + 1) && !isTaken(last + 1)) last += 1;
      const area = (end) => `${addressOf(top, left)}:${addressOf(end, right)}`;
      return last > bottom ? [{ table, was: area(bottom), now: area(last) }] : [];
    });
  }

  /** Blocks of rows with `null` where a cell is left as it is: {strip, values, formats}, none past what a request holds. */
  *blocks(contents) {
    const { top, left, columns } = this.area;
    const byRow = new Map(contents.map(({ cell }) => [cell.row, []]));
    for (const content of contents) byRow.get(content.cell.row).push(content);
    const rows = [...byRow.keys()].sort((a, b) => a - b);
    let block = null;
    let bytes = 0;
    for (const row of rows) {
      const values = Array(columns).fill(null);
      const formats = Array(columns).fill(null);
      for (const { cell, put, format } of byRow.get(row)) {
        values[cell.column - left] = put;
        formats[cell.column - left] = format;
      }
      const size = JSON.stringify(values).length * 1.1 + JSON.stringify(formats).length;
      const next = block && block.strip.top + block.strip.rows;
      if (block && (bytes + size > BYTES_AT_ONCE || row > next + 20)) {
        yield { ...block, bytes };
        block = null;
      }
      if (!block) {
        block = { strip: { sheet: this.sheet, top: row, left, rows: 0, columns }, values: [], formats: [] };
        bytes = 0;
      }
      for (let blank = block.strip.top + block.strip.rows; blank < row; blank += 1) {
        block.values.push(Array(columns).fill(null));
        block.formats.push(Array(columns).fill(null));
        block.strip.rows += 1;
        bytes += 10 * columns;
      }
      block.values.push(values);
      block.formats.push(formats);
      block.strip.rows += 1;
      bytes += size;
    }
    if (block) yield { ...block, bytes };
  }
}

function lowest(numbers) {
  return numbers.reduce((least, n) => Math.min(least, n), Infinity);
}

function cellsBySheet(writes) {
  const sheets = new Map();
  for (const write of writes) {
    const cells = sheets.get(write.sheet) ?? sheets.set(write.sheet, new Map()).get(write.sheet);
    write.rows.forEach((row, r) =>
      row.forEach((value, c) => {
        const at = { row: write.row + r, column: write.column + c };
        cells.set(`${at.row},${at.column}`, { ...at, value });
      }),
    );
  }
  return sheets;
}

async function checkedWrites(context, changes, seen) {
  const { worksheets } = context.workbook;
  const wanted = cellsBySheet(changes.writes);
  worksheets.load("items/name");
  await context.sync();
  const byName = new Map(worksheets.items.map((sheet) => [sheet.name, sheet]));
  const missing = [...wanted.keys()].find((name) => !byName.has(name));
  if (missing !== undefined) {
    throw new HostError("NotAMaster", "The workbook", `there is no sheet '${missing}'`, `Rename the sheet back to '${missing}'`);
  }
  const writes = [...wanted].map(([name, cells]) => new SheetWrite(byName.get(name), name, [...cells.values()]));
  for (const write of writes) {
    write.protection = write.sheet.protection.load("protected");
    write.merged = askMerges(rangeOf(write.area));
    write.found = write.sheet.tables.load("items/name,items/showTotals");
  }
  await context.sync();
  const held = await readCells(context, writes.map((write) => write.area));
  writes.forEach((write, i) => {
    write.held = held[i];
    write.check(seen?.sheets.find((block) => block.name === write.name));
    write.tables = write.found.items.map((table) => ({ table, range: table.getRange().load("address") }));
  });
  if (writes.some((write) => write.tables.length)) await context.sync();
  return writes;
}

/** Write contents of sheets: all in one sync, or one for each so many bytes. `begun` gets each sheet's contents first. */
async function writeContents(context, pairs, begun) {
  let bytes = 0;
  const quiet = () => {
    context.application.suspendApiCalculationUntilNextSync();
    context.application.suspendScreenUpdatingUntilNextSync();
  };
  quiet();
  for (const [write, contents] of pairs) {
    for (const block of write.blocks(contents)) {
      if (bytes + block.bytes > BYTES_AT_ONCE && bytes > 0) {
        await context.sync();
        quiet();
        bytes = 0;
      }
      bytes += block.bytes;
      begun.add(write);
      const range = rangeOf(block.strip);
      if (block.formats.some((row) => row.some((code) => code !== null))) range.numberFormat = block.formats;
      range.values = block.values;
    }
  }
  await context.sync();
}

/** The contents that cells do not hold, as pairs of sheet and contents. */
async function mismatches(context, pairs) {
  const areas = pairs.map(([write]) => write.area);
  const found = await readAreas(context, areas, ["values"]);
  return pairs
    .map(([write, contents], i) => {
      const { top, left } = write.area;
      return [write, contents.filter(({ cell, holds }) => !holds(found[i].values[cell.row - top][cell.column - left]))];
    })
    .filter(([, wrong]) => wrong.length);
}

/** The same once more for cells that took their value for something else: as a text, in a text cell. */
function onceMore([write, contents]) {
  const again = ({ cell, put }) => {
    const text = asText(cell.value ?? "");
    const isTyped = typeof put === "string" && put === typed(text);
    return { cell, put: isTyped ? text : typed(text), format: TEXT, holds: (found) => found === text };
  };
  return [write, contents.map(again)];
}

/** What a cell held, as it must be written to be the same again. */
function heldContent(write, cell) {
  const { value, formula, format } = write.before(cell);
  const isText = typeof value === "string" && !isFormula(value, formula);
  const put = isText ? (format !== TEXT && needsTextFormat(value) ? `'${value}` : typed(value)) : (formula ?? "");
  return { cell, put, format, holds: (found) => found === formula };
}

/** Give every cell of the writes begun what it held, its number format too; only those that differ are touched. */
async function putBack(context, begun, resized) {
  const writes = [...begun];
  for (const { table, was } of [...resized].reverse()) table.resize(was);
  const pairs = (await changedCells(context, writes)).map(([write, cells]) => [write, cells.map((cell) => heldContent(write, cell))]);
  await writeContents(context, pairs, new Set());
  // Writing a text may have changed a format, so the formats come once more.
  for (const [write, contents] of pairs) {
    for (const block of write.blocks(contents)) rangeOf(block.strip).numberFormat = block.formats;
  }
  const [lost] = await changedCells(context, writes);
  if (lost) throw new Error(lost[0].place(lost[1][0]));
}

/** The cells of some writes that are not what they were, as pairs of write and cells. */
async function changedCells(context, writes) {
  const now = await readCells(context, writes.map((write) => write.area));
  return writes
    .map((write, i) => {
      const { top, left } = write.area;
      const isChanged = (cell) => JSON.stringify(now[i][cell.row - top][cell.column - left]) !== JSON.stringify(write.before(cell));
      return [write, write.cells.filter(isChanged)];
    })
    .filter(([, cells]) => cells.length);
}

async function growRows(context, heights, byName) {
  const rows = heights.filter(([sheet]) => byName.has(sheet)).map(([sheet, row, points]) => ({
    format: byName.get(sheet).getRange(`${row}:${row}`).format.load("rowHeight"),
    points: Math.min(points, 409),
  }));
  if (!rows.length) return;
  await context.sync();
  for (const { format, points } of rows) if (format.rowHeight < points) format.rowHeight = points;
  await context.sync();
}

/**
 * Apply a change set, whole or not at all; `seen` is the snapshot that it was made from.
 *
 * Throws HostError: NotAMaster for a sheet that is not there, WorkbookLocked where a cell changed meanwhile, CannotWrite.
 */
export async function applyChanges(context, changes, seen) {
  const from1904 = seen?.sheets[0]?.from_1904 ?? false;
  const writes = await checkedWrites(context, changes, seen);
  if (!writes.length) return;
  const resized = writes.flatMap((write) => write.grownTables());
  const begun = new Set();
  try {
    for (const { table, now } of resized) table.resize(now);
    let pairs = writes.map((write) => [
      write,
      write.cells.map((cell) => ({ cell, ...contentOf(cell.value, write.before(cell).format, from1904) })),
    ]);
    await writeContents(context, pairs, begun);
    pairs = await mismatches(context, pairs);
    if (pairs.length) {
      pairs = pairs.map(onceMore);
      await writeContents(context, pairs, begun);
      pairs = await mismatches(context, pairs);
    }
    if (pairs.length) {
      const [write, [{ cell }]] = pairs[0];
      const remedy = "See whether it is merged with others, or part of one formula that fills several cells";
      throw new HostError("CannotWrite", write.place(cell), "the cell did not take its value, so nothing was changed", remedy);
    }
  } catch (error) {
    await takeBack(context, begun, resized);
    throw asHostError(error);
  }
  try {
    // What was asked is done, whether or not all of it can be seen.
    await growRows(context, changes.heights ?? [], new Map(writes.map((write) => [write.name, write.sheet])));
  } catch (error) {
    console.warn(error);
  }
}

async function takeBack(context, begun, resized) {
  try {
    await putBack(context, begun, resized);
  } catch (worse) {
    console.warn(worse);
    const remedy = "Close it without saving, then open it again";
    throw new HostError("CannotWrite", "The workbook", "it was changed in part, and that could not be taken back", remedy);
  }
}

function asHostError(error) {
  if (error instanceof HostError) return error;
  console.warn(error);
  if (isTooLarge(error)) return new HostError("CannotWrite", "Excel", "one row is more than Excel takes at once, and nothing was changed", "Shorten its texts");
  if (error?.code === "InvalidOperationInCellEditMode") {
    return new HostError("WorkbookLocked", "Excel", "a cell is being edited, and nothing was changed", "Press Enter or Esc, then try again");
  }
  return new HostError("CannotWrite", "Excel", "it refused the change, and nothing was changed", "Save the workbook, reopen it, try again");
}
