/** Native dialogs. Opening and closing is the browser's (`command`); here: asking once, and notes that must be given. */
import { all, on, one } from "./dom";

export function startDialogs(): void {
  // Browsers without invoker commands get the same two verbs.
  if (!("commandForElement" in HTMLButtonElement.prototype)) {
    on("click", "button[commandfor]", (button) => {
      const dialog = document.getElementById(button.getAttribute("commandfor") ?? "");
      if (!(dialog instanceof HTMLDialogElement)) return;
      if (button.getAttribute("command") === "show-modal") dialog.showModal();
      else dialog.close();
    });
  }
  // A form that came back with errors opens as a dialog, not as a box in the page.
  for (const dialog of all<HTMLDialogElement>("dialog[open]")) {
    dialog.close();
    dialog.showModal();
  }

  // A link may ask for a dialog of the page it leads to: `…/approvals/1#reject`.
  const openAsked = () => {
    const asked = document.getElementById(location.hash.slice(1));
    if (asked instanceof HTMLDialogElement && !asked.open) asked.showModal();
  };
  openAsked();
  window.addEventListener("hashchange", openAsked);

  // A click on the backdrop closes.
  on("click", "dialog", (dialog, event) => {
    if (event.target === dialog) (dialog as HTMLDialogElement).close();
  });

  const dialog = one<HTMLDialogElement>("#confirm");
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    const form = event.target;
    if (!dialog || !(form instanceof HTMLFormElement) || !button?.dataset.confirm || button.dataset.confirmed) return;
    event.preventDefault();
    const say = (selector: string, text: string | undefined) => {
      const element = one(selector, dialog);
      if (element) element.textContent = text ?? "";
    };
    say("[data-confirm-title]", button.dataset.confirmTitle ?? "Are you sure?");
    // The words beside the button follow what is chosen in the form; hidden ones are not said.
    const beside = document.getElementById(button.dataset.confirmFrom ?? "");
    say("[data-confirm-text]", beside?.innerText.trim() || button.dataset.confirm);
    say("[data-confirm-yes]", button.dataset.confirmYes ?? button.textContent?.trim());
    dialog.returnValue = "";
    dialog.addEventListener(
      "close",
      () => {
        if (dialog.returnValue !== "yes") return;
        button.dataset.confirmed = "1";
        form.requestSubmit(button);
      },
      { once: true },
    );
    dialog.showModal();
  });

  // A form is sent once; a second click on a slow connection does nothing.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !(event.target instanceof HTMLFormElement)) return;
    const form = event.target;
    if (form.method === "dialog") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    event.submitter?.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.forms) delete form.dataset.sent;
    for (const button of document.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
  });
}
