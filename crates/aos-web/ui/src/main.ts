/** What the pages gain from a script. Everything here only adds: reading and plain forms work without it. */
import "./styles/index.css";
import { startDialogs } from "./dialogs";
import { startEditor } from "./editor";
import { startKeys } from "./keys";
import { startLive } from "./live";
import { startSelection } from "./selection";
import { startTheme } from "./theme";
import { startTimes } from "./times";
import { startToasts } from "./toasts";

document.documentElement.classList.add("js");
startTheme();
startTimes();
startDialogs();
startToasts();
startSelection();
startKeys();
startEditor();
startLive();
