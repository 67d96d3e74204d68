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
    ${chip.grade !== "good" && html`<span class="sign"><${Icon} name=${SIGNS[chip.grade]} /></span>`}
    <span class=${chip.grade === "good" ? "label" : "label unseen"}>${label}</span>
    <span class="state">${chip.word}</span>
  </li>`;

// What is wrong with the machine itself is named only while it is.
function machineChips({ disk, copy, clock }, tongue) {
  const chip = (name, grade, word) => [name, { grade, word: tongue.say(`status.${word}`), detail: "" }];
  return [
    disk?.state === "low" && chip("disk", "warn", "disk_low"),
    disk?.state === "full" && chip("disk", "bad", "disk_full"),
    copy?.state === "warn" && chip("copy", "warn", "copy_warn"),
    copy?.state === "stop" && chip("copy", "bad", "copy_stop"),
    copy?.state === "none" && chip("copy", "bad", "copy_none"),
    clock?.state === "unsynced" && chip("clock", "warn", "clock_unsynced"),
    clock?.state === "jumped" && chip("clock", "bad", "clock_jumped"),
  ].filter(Boolean);
}

// Sentences that staff must know while they serve.
export function Banners({ status, tongue }) {
  const { is_online: isOnline, offline_since: since, walk_in: risk, is_training: isTraining, alarm } = status;
  const words = risk && {
    time: since ? tongue.time(since) : "…",
    risk: tongue.money(risk.risk_cents), limit: tongue.money(risk.limit_cents) };
  return html`
    ${alarm && html`<p class="banner alarm" role="alert"><${Icon} name="attention" />
      <span><b>${tongue.say("alarm.title")}</b> ${alarm.text}</span></p>`}
    ${isTraining && html`<p class="banner training" role="status"><${Icon} name="training" />
      <b>${tongue.say("banner.training")}</b></p>`}
    ${!isOnline && words && html`<p class="banner offline" role="status"><${Icon} name="network" />
      <span>${tongue.say(since ? "banner.offline_since" : "banner.offline", words)}</span></p>`}`;
}

export function StatusStrip({ status, tongue, nowMs, terminal }) {
  const chips = status && [
    ["reader", readerChip(status, tongue)],
    ["printer", printerChip(status, tongue)],
    ["network", networkChip(status, tongue)],
    ["queue", queueChip(status, tongue, nowMs)],
    ...machineChips(status, tongue),
  ];
  return html`
    <header class="strip">
      <h1>${terminal}${status?.mode === "demo" && html` <small>${tongue.say("page.mode_demo")}</small>`}</h1>
      <ul class="chips" aria-label=${tongue.say("status.region")}>
        ${chips && chips.map(([name, chip]) => html`
          <${Chip} key=${name} name=${name} label=${tongue.say(`status.${name}`)} chip=${chip} />`)}
      </ul>
      ${status && html`<p class="who" data-operator=${status.operator?.id ?? ""}>
        <${Icon} name=${status.operator ? "person" : "lock"} />
        <span>${status.operator?.name ?? tongue.say("sign_in.nobody")}</span></p>`}
      <time class="clock" aria-label=${tongue.say("page.time")}>${tongue.time(nowMs)}</time>
    </header>`;
}
