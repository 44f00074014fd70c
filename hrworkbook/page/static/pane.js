/** The pane in Excel: its buttons send the workbook to the server, and apply what comes back. */

import { ExcelHost } from "./excel-host.js";

const at = (id) => document.getElementById(id);
const host = new ExcelHost();
let token = "";
let isBusy = false;

function tell(message, notes = [], files = []) {
  at("told").textContent = message;
  at("notes").replaceChildren(
    ...notes.map((note) => Object.assign(document.createElement("li"), { textContent: note })),
  );
  at("files").replaceChildren(
    ...files.map(({ name, address }) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: `Save ${name}` });
      button.addEventListener("click", () => {
        host.openAddress(address);
        button.disabled = true;
      });
      const item = document.createElement("li");
      item.append(button);
      return item;
    }),
  );
}

/** What the server says: its answer, or an error with its sentence. */
async function ask(path, form) {
  let answer;
  try {
    answer = await fetch(path, { method: "POST", body: form, headers: token ? { authorization: `Bearer ${token}` } : {} });
  } catch {
    throw new Error("The server does not answer. Nothing was changed. Check the network, then press again.");
  }
  if (answer.ok) return answer.json();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const error = new Error(page.querySelector("main p, p")?.textContent.trim() || `The server refused (${answer.status}).`);
  error.status = answer.status;
  throw error;
}

function confirmed(question) {
  if (!question) return Promise.resolve(true);
  at("question").textContent = question;
  at("ask").returnValue = "no";
  at("ask").showModal();
  return new Promise((done) => at("ask").addEventListener("close", () => done(at("ask").returnValue === "yes"), { once: true }));
}

async function formFor(verb) {
  const form = new FormData();
  if (verb === "adopt") {
    const file = await host.file();
    const snapshot = await host.snapshot();
    form.append("workbook", file, snapshot.name);
    return form;
  }
  form.append("workbook", new Blob([JSON.stringify(await host.snapshot())], { type: "application/json" }), "workbook.json");
  const [sheet, cell] = await host.selection().catch(() => ["", ""]);
  form.append("sheet", sheet);
  form.append("cell", cell);
  if (verb === "merge") for (const file of at("came-back").files) form.append("files", file);
  return form;
}

/** Press a button: the workbook is read, the server asked, its change set applied whole or not at all. */
async function press(button) {
  const { verb, label } = button.dataset;
  if (isBusy) return;
  if (verb === "merge" && !at("came-back").files.length) {
    tell("Choose the mails, returns or zips that came back, then press Merge.");
    at("came-back").focus();
    return;
  }
  if (!(await confirmed(button.dataset.ask))) return;
  isBusy = true;
  document.querySelectorAll("#buttons button").forEach((one) => (one.disabled = true));
  try {
    tell(`${label}: reading the workbook …`);
    const form = await formFor(verb);
    tell(`${label}: working …`);
    const result = await ask(`/pane/do/${verb}`, form);
    if (result.changes) {
      tell(`${label}: writing …`);
      await host.apply(result.changes);
    }
    if (result.open) await host.openWorkbook(result.open);
    if (verb === "merge") at("came-back").value = "";
    tell(result.message, result.notes, result.files);
  } catch (error) {
    tell(error.message);
    if (error.status === 403) showSignIn(true);
  } finally {
    isBusy = false;
    document.querySelectorAll("#buttons button").forEach((one) => (one.disabled = false));
  }
}

function showSignIn(isAsked) {
  at("sign-in").hidden = !isAsked;
  at("buttons").hidden = isAsked;
}

at("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    ({ token } = await ask("/pane/sign-in", new FormData(at("sign-in"))));
    at("sign-in").reset();
    showSignIn(false);
    tell("You are signed in. Press a button.");
  } catch (error) {
    tell(error.message);
  }
});

await Office.onReady();
for (const button of document.querySelectorAll("[data-verb]")) {
  button.addEventListener("click", () => press(button));
  Office.actions.associate(button.dataset.verb, async (event) => {
    await Office.addin.showAsTaskpane();
    await press(button).finally(() => event.completed());
  });
}
showSignIn(!at("buttons").dataset.signedIn);
tell(at("buttons").hidden ? "Sign in to begin." : "Press a button.");
