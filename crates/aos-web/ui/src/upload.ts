/**
 * Uploads with progress: `<form data-upload="step">` is sent in the background, its bar fills, and the named part of the
 * answer takes the place of the page's. Without a script the same form is sent as usual.
 */
import { on, one } from "./dom";

export function startUploads(): void {
  on("submit", "form[data-upload]", (element, event) => {
    const form = element as HTMLFormElement;
    const bar = one<HTMLProgressElement>("progress", form);
    if (!bar) return;
    event.preventDefault();
    const data = new FormData(form);
    const button = one<HTMLButtonElement>("button[type=submit]", form);
    if (button) button.disabled = true;
    bar.hidden = false;
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "text/html");
    request.upload.addEventListener("progress", (at) => {
      if (at.lengthComputable) bar.value = Math.round((at.loaded / at.total) * 100);
    });
    request.addEventListener("load", () => show(request, form.dataset.upload ?? ""));
    // Nothing came back: the browser's own way says why.
    request.addEventListener("error", () => form.submit());
    request.send(data);
  });
}

function show(request: XMLHttpRequest, part: string): void {
  const answer = new DOMParser().parseFromString(request.responseText, "text/html");
  const fresh = answer.getElementById(part);
  const old = document.getElementById(part);
  if (!fresh || !old) {
    location.assign(request.responseURL);
    return;
  }
  old.replaceWith(fresh);
  const toasts = answer.getElementById("toasts");
  if (toasts) document.getElementById("toasts")?.replaceChildren(...toasts.childNodes);
  const row = answer.querySelector(".stepper");
  if (row) document.querySelector(".stepper")?.replaceWith(row);
}
