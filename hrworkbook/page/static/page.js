// What the page does beyond its forms and links: it works without any of this.

function namesOf(files) {
  const names = Array.from(files, (file) => file.name);
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}

function takeDroppedFiles(form) {
  const input = form.querySelector("input[type=file]");
  const chosen = form.querySelector("[data-chosen]");
  const show = () => {
    chosen.textContent = input.files.length ? `Chosen: ${namesOf(input.files)}` : "";
  };
  input.addEventListener("change", show);
  let depth = 0; // entering a child leaves its parent
  const holdsFiles = (event) => event.dataTransfer && Array.from(event.dataTransfer.types).includes("Files");
  form.addEventListener("dragenter", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    depth += 1;
    form.classList.add("over");
  });
  form.addEventListener("dragover", (event) => {
    if (holdsFiles(event)) event.preventDefault();
  });
  form.addEventListener("dragleave", () => {
    depth = Math.max(0, depth - 1);
    if (!depth) form.classList.remove("over");
  });
  form.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    depth = 0;
    form.classList.remove("over");
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    show();
    form.requestSubmit();
  });
  // A file dropped beside the form must not be opened in place of the page.
  for (const kind of ["dragover", "drop"]) {
    window.addEventListener(kind, (event) => {
      if (holdsFiles(event)) event.preventDefault();
    });
  }
}

function followProgress(place) {
  const text = place.querySelector("[data-progress-text]");
  const bar = place.querySelector("[data-progress]");
  const events = new EventSource(place.dataset.events);
  let told = "";
  events.addEventListener("progress", (event) => {
    const { done, total, waiting } = JSON.parse(event.data);
    let now = "This goes on, even if you close this page.";
    if (waiting) now = "Somebody else is changing this plan; yours is next.";
    else if (total) now = `${done} of ${total} done.`;
    else if (done) now = `${done} done.`;
    if (total) {
      bar.max = total;
      bar.value = done;
    }
    if (now !== told) text.textContent = told = now;
  });
  events.addEventListener("finished", () => {
    events.close();
    location.reload();
  });
  events.addEventListener("error", () => {
    events.close();
    setTimeout(() => location.reload(), 2000);
  });
}

function pressOnce(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.pressed) {
      event.preventDefault();
      return;
    }
    form.dataset.pressed = "yes";
    const pressed = event.submitter ?? form.querySelector("button");
    if (pressed) pressed.setAttribute("aria-disabled", "true");
  });
  window.addEventListener("pageshow", () => {
    delete form.dataset.pressed;
    form.querySelectorAll("[aria-disabled]").forEach((one) => one.removeAttribute("aria-disabled"));
  });
}

function chooseOwnText(field) {
  field.addEventListener("input", () => {
    const choice = document.querySelector(`input[name="choice-${field.dataset.own}"][value="my own text"]`);
    if (choice && field.value.trim()) choice.checked = true;
  });
}

document.querySelectorAll("[data-drop]").forEach(takeDroppedFiles);
document.querySelectorAll("[data-events]").forEach(followProgress);
document.querySelectorAll("form[method=post]").forEach(pressOnce);
document.querySelectorAll("[data-own]").forEach(chooseOwnText);
document.getElementById("now")?.focus();
