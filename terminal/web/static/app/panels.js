// The panels that open in place of the tiles, by the names that the menu and the foot know.
import { useState } from "../vendor/htm-preact-3.1.1.js";
import { Cash, TopUp } from "./cash.js";
import { Closing } from "./closing.js";
import { Journal } from "./journal.js";
import { Menu } from "./menu.js";
import { Search } from "./search.js";

const PANELS = { menu: Menu, journal: Journal, search: Search, cash: Cash, top_up: TopUp, closing: Closing };

// Returns the open panel's name, how to open another (null for none), and its component.
export function usePanel() {
  const [name, open] = useState(null);
  return [name, open, PANELS[name]];
}
