// The strip at the top: reader, printer, network, queue and clock, each by sign and word.
import { html } from "../vendor/htm-preact-3.1.1.js";
import { Icon } from "./icons.js";

const QUEUE_WARN_MS = 15 * 60_000;
const QUEUE_BAD_MS = 24 * 3_600_000;

const GOOD = new Set(["up", "recovered", "ready", "online", "idle", "ok", "printing", "sending"]);
const WORRY = new Set(["busy", "degraded", "paper_near_end", "paper_low", "waiting", "retrying", "unknown"]);
const QUIET = new Set(["none", "off", "not_configured", "unconfigured"]);
const WORDS = {
  no_reader: "no_reader", unplugged: "unplugged", no_service: "no_service", busy: "busy",
  paper_near_end: "paper_low", paper_low: "paper_low", paper_end: "paper_end",
  cover_open: "cover_open", none: "none", off: "none", not_configured: "none",
  offline: "offline", stopped: "stopped",
};
const RANK = { good: 0, quiet: 1, warn: 2, bad: 3 };
const SIGNS = { good: "ok", quiet: "none", warn: "attention", bad: "refused" };

export function gradeOf(state) {
  if (GOOD.has(state)) return "good";
  if (QUIET.has(state)) return "quiet";
  return WORRY.has(state) ? "warn" : "bad";
}

function wordOf(state, tongue) {
  const grade = gradeOf(state);
  if (WORDS[state]) return tongue.say(`status.${WORDS[state]}`);
  return tongue.say({ good: "status.ok", warn: "status.warn", quiet: "status.none" }[grade] || "status.bad");
}

function worst(readers) {
  const ranked = [...readers].sort((a, b) => RANK[gradeOf(b.state)] - RANK[gradeOf(a.state)]);
  return ranked[0] || { name: "", state: "no_reader", detail: "" };
}

function readerChip({ readers }, tongue) {
  const shown = worst(readers);
  return { grade: gradeOf(shown.state), word: wordOf(shown.state, tongue), detail: shown.detail };
}

function printerChip({ printer }, tongue) {
  const word = wordOf(printer.state, tongue);
  const waiting = printer.waiting > 0 ? ` (${printer.waiting})` : "";
  const detail = [printer.detail, waiting && tongue.say("status.waiting", { count: printer.waiting })];
  return { grade: gradeOf(printer.state), word: word + waiting, detail: detail.filter(Boolean).join(" · ") };
}

function networkChip({ is_online, network }, tongue) {
  const lanes = [network.up, network.down];
  const detail = lanes.map((lane) => lane.detail).filter(Boolean).join(" · ");
  if (lanes.some((lane) => lane.state === "stopped")) {
    return { grade: "bad", word: tongue.say("status.stopped"), detail };
  }
  if (!is_online) return { grade: "warn", word: tongue.say("status.offline"), detail };
  return { grade: "good", word: tongue.say("status.online"), detail };
}

function queueChip({ queue }, tongue, nowMs) {
  if (!queue.count) return { grade: "good", word: tongue.say("status.queue_none"), detail: "" };
  const oldestMs = queue.oldest_at ? Date.parse(queue.oldest_at) : nowMs;
  const past = nowMs - oldestMs;
  const grade = past > QUEUE_BAD_MS ? "bad" : past > QUEUE_WARN_MS ? "warn" : "good";
  const isNew = past < 60_000;
  const word = isNew ? `${queue.count}` : `${queue.count} · ${tongue.age(oldestMs, nowMs)}`;
  return { grade, word, detail: "" };
}

const Chip = ({ name, label, chip }) => html`
  <li class="chip ${chip.grade}" data-chip=${name} title=${chip.detail || undefined}>
    <${Icon} name=${name} />
    ${chip.grade !== "good" && html`<${Icon} name=${SIGNS[chip.grade]} />`}
    <span class=${chip.grade === "good" ? "label" : "label unseen"}>${label}</span>
    <span class="state">${chip.word}</span>
  </li>`;

export function StatusStrip({ status, tongue, nowMs, terminal }) {
  const chips = status && [
    ["reader", readerChip(status, tongue)],
    ["printer", printerChip(status, tongue)],
    ["network", networkChip(status, tongue)],
    ["queue", queueChip(status, tongue, nowMs)],
  ];
  return html`
    <header class="strip">
      <h1>${terminal}</h1>
      <ul class="chips" aria-label=${tongue.say("status.region")}>
        ${chips && chips.map(([name, chip]) => html`
          <${Chip} key=${name} name=${name} label=${tongue.say(`status.${name}`)} chip=${chip} />`)}
      </ul>
      <time class="clock" aria-label=${tongue.say("page.time")}>${tongue.time(nowMs)}</time>
    </header>`;
}
