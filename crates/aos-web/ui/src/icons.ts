/** Icons of the sprite, by their names in lucide. A template that names another one fails the crate's tests. */
export const icons = [
  "activity", "arrow-left", "arrow-right", "arrow-up-right", "bell", "bot", "building-2", "calendar", "check", "chevron-down",
  "chevron-left", "chevron-right", "circle", "circle-check", "circle-dashed", "clock", "cpu", "external-link", "eye",
  "file-text", "flag", "globe", "hand", "history", "house", "image", "inbox", "info", "key-round", "keyboard", "layers", "link",
  "list-checks", "lock", "log-out", "menu", "message-square", "monitor", "moon", "pencil", "play", "plug", "plus",
  "refresh-cw", "rocket", "rotate-ccw", "scroll-text", "search", "send", "settings", "shield", "sparkles", "square",
  "sun", "target", "trash-2", "triangle-alert", "undo-2", "upload", "users", "wrench", "x",
];
