// Our own signs, drawn as strokes: no verdict ever depends on the glyphs of a system's font.
import { html } from "../vendor/htm-preact-3.1.1.js";

const STROKES = {
  ok: "M6 25l12 12 24-26",
  refused: "M10 10l28 28M38 10L10 38",
  attention: "M24 5l21 38H3zM24 18v12M24 36.4v.2",
  unknown: "M40 24a16 16 0 1 1-5-11.6M36 4v9h-9",
  idle: "M8 12h32v24H8zM8 20h32M14 30h8",
  person: "M24 24a9 9 0 1 0 0-18a9 9 0 1 0 0 18zM7 43a17 13 0 0 1 34 0",
  none: "M12 24h24",
  allergy: "M24 5l21 38H3zM24 18v12M24 36.4v.2",
  reader: "M9 8h14v32H9zM29 16a12 12 0 0 1 0 16M34 10a20 20 0 0 1 0 28",
  printer: "M14 18V6h20v12M8 18h32v16H8zM14 28h20v14H14z",
  network: "M6 18a26 26 0 0 1 36 0M12 26a17 17 0 0 1 24 0M18 33a9 9 0 0 1 12 0M24 40v.2",
  queue: "M24 40V10M12 21l12-12 12 12",
  sound_on: "M6 18h8l11-9v30l-11-9H6zM31 17a10 10 0 0 1 0 14M36 11a18 18 0 0 1 0 26",
  sound_off: "M6 18h8l11-9v30l-11-9H6zM32 18l10 12M42 18L32 30",
  clock: "M24 43a19 19 0 1 0 0-38a19 19 0 1 0 0 38M24 13v12l8 6",
  disk: "M8 8h32v32H8zM16 8v11h16V8M16 40V28h16v12",
  copy: "M8 8h22v24H8zM18 40h22V16",
  search: "M21 35a14 14 0 1 0 0-28a14 14 0 1 0 0 28M31 31l11 11",
  undo: "M14 8L5 17l9 9M5 17h22a13 13 0 0 1 0 26h-8",
  menu: "M7 12h34M7 24h34M7 36h34",
  lock: "M11 22h26v20H11zM16 22v-6a8 8 0 0 1 16 0v6M24 30v5",
  unlock: "M11 22h26v20H11zM16 22v-8a8 8 0 0 1 15-4M24 30v5",
  back: "M28 8L12 24l16 16",
  erase: "M16 10h26v28H16L5 24zM23 18l12 12M35 18L23 30",
  journal: "M10 5h28v38H10zM17 15h14M17 24h14M17 33h8",
  cash: "M5 13h38v22H5zM24 30a6 6 0 1 0 0-12a6 6 0 1 0 0 12M12 24h.2M36 24h.2",
  report: "M8 42V22M20 42V8M32 42V28M42 42H4",
  top_up: "M24 8v32M8 24h32",
  training: "M4 18l20-9l20 9l-20 9zM13 23v10c6 5 16 5 22 0V23",
  move: "M6 15h34M32 7l8 8l-8 8M42 33H8M16 25l-8 8l8 8",
  tool: "M30 6a12 12 0 0 0-10 17L6 37l5 5l14-14a12 12 0 0 0 16-14l-7 6l-6-6z",
};

// A sign stands beside words that say the same, so it is hidden from screen readers.
export const Icon = ({ name }) => html`
  <svg class="icon" viewBox="0 0 48 48" aria-hidden="true" focusable="false">
    <path d=${STROKES[name] || STROKES.unknown} />
  </svg>`;
