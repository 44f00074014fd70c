/** What stands in an open Excel workbook, read as docs/json.md has it: a few syncs, however many lines there are. */

export const CELLS_AT_ONCE = 100_000;
/** Cells asked for in one sync; halved where Excel says that the answer is too large (5 MB in Excel on the web). */

const DAY_2000_FROM_1904 = 35_064;
const ERROR_LIKE = /^[=#']/;
/** Only a text that begins like this may be a formula, an error value or a text that Excel marks as one. */

/** A fault of the job, told as `place: fault. remedy.`; `kind` is the name of its class in Python. */
export class HostError extends Error {
  constructor(kind, place, fault, remedy = "") {
    super(`${place}: ${fault}.${remedy ? ` ${remedy}.` : ""}`);
    Object.assign(this, { name: "HostError", kind, place, fault, remedy });
  }
}

export function isTooLarge(error) {
  return /^(Request|Response)PayloadSizeLimitExceeded$/.test(error?.code ?? "");
}

/** `H7` for row 7, column 8. */
export function addressOf(row, column) {
  let letters = "";
  for (let rest = column; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  }
  return `${letters}${row}`;
}

/** Sheet, first row, first column, last row, last column (from 1) of an address such as `'Our plan'!B2:D9`. */
export function parseAddress(address) {
  const [, quoted, plain, cells] = /^(?:'((?:[^']|'')+)'!|([^!]+)!)?(.+)$/.exec(address);
  const [from, to = from] = cells.replaceAll("$", "").split(":").map((cell) => {
    const [, letters, digits] = /^([A-Z]+)(\d+)$/.exec(cell);
    return [Number(digits), [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0)];
  });
  return [quoted?.replaceAll("''", "'") ?? plain ?? "", ...from, ...to];
}

/** The range of an area {sheet, top, left, rows, columns}, its rows and columns counted from 1. */
export function rangeOf({ sheet, top, left, rows, columns }) {
  return sheet.getRangeByIndexes(top - 1, left - 1, rows, columns);
}

function stripsOf(area, cells) {
  const height = Math.max(1, Math.floor(cells / area.columns));
  const strips = [];
  for (let done = 0; done < area.rows; done += height) {
    strips.push({ ...area, top: area.top + done, rows: Math.min(height, area.rows - done) });
  }
  return strips;
}

function firstThatFit(strips, cells) {
  let sum = 0;
  const over = strips.findIndex((strip) => (sum += strip.rows * strip.columns) > cells);
  return over < 0 ? strips : strips.slice(0, Math.max(over, 1));
}

/**
 * Some properties of some areas, as rows of cells each: `[{values: [[…]], …}, …]`.
 *
 * One sync, or one for each so many cells; where the answer is too large for Excel the strips are halved.
 */
export async function readAreas(context, areas, properties) {
  const found = areas.map(() => Object.fromEntries(properties.map((name) => [name, []])));
  let cells = CELLS_AT_ONCE;
  let left = areas.flatMap((area, index) => stripsOf({ ...area, index }, cells));
  do {
    const batch = firstThatFit(left, cells);
    const ranges = batch.map((strip) => rangeOf(strip).load(properties.join()));
    try {
      await context.sync();
    } catch (error) {
      if (!isTooLarge(error) || (batch.length === 1 && batch[0].rows === 1)) throw error;
      cells = Math.ceil(batch.reduce((sum, strip) => sum + strip.rows * strip.columns, 0) / 2);
      left = left.flatMap((strip) => stripsOf(strip, cells));
      continue;
    }
    batch.forEach(({ index }, i) => properties.forEach((name) => found[index][name].push(...ranges[i][name])));
    left = left.slice(batch.length);
  } while (left.length);
  return found;
}

/**
 * The cells of some areas, as rows of {value, formula, format} each; `value` is as docs/json.md has it.
 *
 * Values are asked for only where a formula, an error value or a text that looks like one may stand: elsewhere what
 * Excel calls a cell's formula is its value.
 */
export async function readCells(context, areas) {
  const held = await readAreas(context, areas, ["formulas", "numberFormat"]);
  const doubtful = areas.map((area, i) => ({ ...boxAround(area, held[i].formulas), index: i })).filter((box) => box.rows);
  const told = doubtful.length ? await readAreas(context, doubtful, ["values", "valueTypes"]) : [];
  const cells = held.map(({ formulas, numberFormat }) =>
    formulas.map((row, r) => row.map((formula, c) => ({ value: formula, formula, format: numberFormat[r][c] }))),
  );
  doubtful.forEach(({ top, left, index }, i) =>
    told[i].values.forEach((row, r) =>
      row.forEach((value, c) => {
        const isError = told[i].valueTypes[r][c] === "Error";
        const cell = cells[index][top - areas[index].top + r][left - areas[index].left + c];
        cell.value = isError ? { error: String(value) } : value;
      }),
    ),
  );
  cells.forEach((rows) => rows.forEach((row) => row.forEach((cell) => cell.value === "" && (cell.value = null))));
  return cells;
}

function boxAround(area, formulas) {
  let [top, left, bottom, right] = [Infinity, Infinity, -1, -1];
  formulas.forEach((row, r) =>
    row.forEach((text, c) => {
      if (typeof text !== "string" || !ERROR_LIKE.test(text)) return;
      [top, left, bottom, right] = [Math.min(top, r), Math.min(left, c), Math.max(bottom, r), Math.max(right, c)];
    }),
  );
  if (bottom < 0) return null;
  const [rows, columns] = [bottom - top + 1, right - left + 1];
  return { ...area, top: area.top + top, left: area.left + left, rows, columns };
}

/** The merged areas among some ranges, asked for with `getMergedAreasOrNullObject`: first row and column, last row and column. */
export function mergesOf(merged) {
  if (!merged || merged.isNullObject) return [];
  return merged.address.split(/,(?=(?:[^']|'[^']*')*$)/).map((address) => parseAddress(address).slice(1));
}

export function askMerges(range) {
  return Office.context.requirements.isSetSupported("ExcelApi", "1.13")
    ? range.getMergedAreasOrNullObject().load("address")
    : null;
}

/** The open workbook as a snapshot, and whether its calendar begins in 1904. */
export async function readSnapshot(context) {
  const { workbook } = context;
  workbook.load("name");
  workbook.worksheets.load("items/name,items/visibility");
  const day = workbook.functions.date(2000, 1, 1).load("value");
  await context.sync();
  const from1904 = day.value === DAY_2000_FROM_1904;
  const sheets = workbook.worksheets.items;
  const used = sheets.map((sheet) =>
    sheet.getUsedRangeOrNullObject(true).load("rowIndex,columnIndex,rowCount,columnCount"),
  );
  await context.sync();
  const areas = used.flatMap((range, i) =>
    range.isNullObject
      ? []
      : [{ sheet: sheets[i], top: range.rowIndex + 1, left: range.columnIndex + 1, rows: range.rowCount, columns: range.columnCount }],
  );
  const merged = areas.map((area) => askMerges(rangeOf(area)));
  await context.sync();
  const cells = await readCells(context, areas);
  const blocks = sheets.map((sheet) => {
    const i = areas.findIndex((area) => area.sheet === sheet);
    const block = { name: sheet.name, hidden: sheet.visibility !== "Visible", from_1904: from1904 };
    return i < 0 ? { ...block, rows: [] } : { ...block, ...asBlock(areas[i], cells[i]), merges: mergesOf(merged[i]) };
  });
  return { hrworkbook: "snapshot", version: 1, serials: true, name: workbook.name, sheets: blocks };
}

function asBlock({ top, left }, cells) {
  const rows = [...Array(top - 1)].map(() => []);
  const [formulas, formats] = [[], {}];
  cells.forEach((row, r) => {
    rows.push([...Array(left - 1).fill(null), ...row.map((cell) => cell.value)]);
    row.forEach(({ value, formula, format }, c) => {
      if (typeof value === "number" && format !== "General" && format !== "@") {
        (formats[format] ??= []).push(top + r, left + c);
      }
      if (isFormula(value, formula) && !/^=HYPERLINK\("#/.test(formula)) formulas.push([top + r, left + c, formula]);
    });
  });
  return { rows, formulas, formats };
}

export function isFormula(value, formula) {
  return typeof formula === "string" && formula.startsWith("=") && formula !== value;
}
