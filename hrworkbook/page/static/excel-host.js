/** The open workbook as a host: its snapshot, a change set applied to it, sheets put in, papers opened. */

import { HostError, isTooLarge, parseAddress, readSnapshot } from "./excel-read.js";
import { applyChanges } from "./excel-write.js";

export { HostError };

const EDITING = "InvalidOperationInCellEditMode";
const SLICE_BYTES = 4_000_000;

/** What Excel could not do, as a sentence with what to do about it. */
export function asHostError(error) {
  if (error instanceof HostError) return error;
  if (error?.code === EDITING) return new HostError("WorkbookLocked", "Excel", "a cell is being edited", "Press Enter or Esc, then try again");
  if (isTooLarge(error)) return new HostError("CannotWrite", "The workbook", "one row of it is more than Excel hands over at once", "Shorten its texts");
  const said = String(error?.message ?? error).trim().replace(/\.$/, "");
  return new HostError("CannotWrite", "Excel", `it could not do it (${said})`, "Save the workbook, reopen it, try again");
}

async function run(batch) {
  try {
    return await Excel.run({ delayForCellEdit: true }, batch);
  } catch (error) {
    throw asHostError(error);
  }
}

export class ExcelHost {
  #seen = null;

  /** The workbook as it stands now, unsaved changes included, as docs/json.md has a snapshot. */
  async snapshot() {
    this.#seen = await run(readSnapshot);
    return this.#seen;
  }

  /** Apply a change set made from the last snapshot, whole or not at all, and show its first cell. */
  async apply(changes) {
    await run((context) => applyChanges(context, changes, this.#seen));
    if (changes.writes.length) this.#seen = null;
    // What was asked is done, whether or not it can be shown.
    if (changes.goto) await this.show(...changes.goto).catch(console.warn);
  }

  /** Go to a cell; a hidden sheet stays as it is. */
  async show(name, cell) {
    await run(async (context) => {
      const sheet = context.workbook.worksheets.getItemOrNullObject(name).load("visibility");
      await context.sync();
      if (sheet.isNullObject || sheet.visibility !== "Visible") return;
      sheet.activate();
      sheet.getRange(cell).select();
      await context.sync();
    });
  }

  /** The sheet in front and the first cell selected on it. */
  async selection() {
    return run(async (context) => {
      const range = context.workbook.getSelectedRange().load("address");
      await context.sync();
      const [sheet] = parseAddress(range.address);
      return [sheet, range.address.split("!").pop().split(":")[0].replaceAll("$", "")];
    });
  }

  /** Open a workbook beside this one; `base64` is its file. */
  async openWorkbook(base64) {
    try {
      await Excel.createWorkbook(base64);
    } catch (error) {
      throw asHostError(error);
    }
  }

  /** Open an address in the user's browser, where files can be saved: Excel's own window keeps downloads back. */
  openAddress(address) {
    const url = new URL(address, document.baseURI).href;
    if (Office.context.requirements.isSetSupported("OpenBrowserWindowApi", "1.1")) Office.context.ui.openBrowserWindow(url);
    else window.open(url, "_blank", "noopener");
  }

  /** The file of the workbook in front, as it is now. */
  async file() {
    const call = (object, method, ...given) =>
      new Promise((done, failed) =>
        object[method](...given, (result) => (result.status === "succeeded" ? done(result.value) : failed(result.error))),
      );
    try {
      const file = await call(Office.context.document, "getFileAsync", "compressed", { sliceSize: SLICE_BYTES });
      try {
        const parts = [];
        for (let n = 0; n < file.sliceCount; n += 1) parts.push(new Uint8Array((await call(file, "getSliceAsync", n)).data));
        return new Blob(parts);
      } finally {
        file.closeAsync();
      }
    } catch (error) {
      throw asHostError(error);
    }
  }
}
