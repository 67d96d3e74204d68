// Panels are fetched when they are first opened: a till that only takes taps never needs them.
import { useState } from "../vendor/htm-preact-3.1.1.js";

const FILES = {
  menu: ["menu", "Menu"], journal: ["journal", "Journal"], search: ["search", "Search"],
  cash: ["cash", "Cash"], top_up: ["cash", "TopUp"], closing: ["closing", "Closing"],
};

// Returns the open panel's name, how to open another (null for none), and its component.
export function usePanel() {
  const [shown, setShown] = useState({ name: null, Component: null });
  const open = async (name) => {
    if (!name) return setShown({ name: null, Component: null });
    const [file, part] = FILES[name];
    const module = await import(`./${file}.js`);
    setShown({ name, Component: module[part] });
  };
  return [shown.name, open, shown.Component];
}
