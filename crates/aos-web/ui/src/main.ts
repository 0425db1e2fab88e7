/** What the pages gain from a script. Everything here only adds: reading and plain forms work without it. */
import "./styles/index.css";
import { startColours } from "./colours";
import { all } from "./dom";
import { startCalendar } from "./calendar";
import { startClients } from "./clients";
import { startComments } from "./comments";
import { startDialogs } from "./dialogs";
import { startEditor } from "./editor";
import { startKeys } from "./keys";
import { startLive } from "./live";
import { startPalette } from "./palette";
import { startSelection } from "./selection";
import { startTheme } from "./theme";
import { startTimes } from "./times";
import { startWriting } from "./writing";
import { startToasts } from "./toasts";
import { startUploads } from "./upload";

document.documentElement.classList.add("js");
revealCurrent();
startTheme();
startTimes();
startDialogs();
startToasts();
startSelection();
startKeys();
startPalette();
startEditor();
startCalendar();
startWriting();
startClients();
startComments();
startColours();
startUploads();
startLive();

/** Scrolls rows of tabs sideways so that the current one is in sight. */
function revealCurrent(): void {
  for (const current of all(".tabs [aria-current], .stepper [aria-current]")) {
    const row = current.closest<HTMLElement>(".tabs, .stepper");
    if (row) row.scrollLeft = current.offsetLeft - (row.clientWidth - current.offsetWidth) / 2;
  }
}
