// The demo's badges, to lay on the simulated reader. Nothing of this shows at a real till.
import { html, useEffect, useMemo, useRef, useState } from "../vendor/htm-preact-3.1.1.js";
import { Icon } from "./icons.js";
import { told } from "./language.js";
import { command } from "./link.js";

const SHOWN_UNASKED = 4;
const SHOWN_FOUND = 24;
const DOUBLE_MS = 800;

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

// Rare cases first: they are what a visitor wants to try.
function grouped(badges) {
  const groups = new Map();
  for (const badge of badges) {
    const group = groups.get(badge.expectation) ?? [];
    group.push(badge);
    groups.set(badge.expectation, group);
  }
  return [...groups].map(([expectation, members]) => ({ expectation, members }));
}

function found(groups, query) {
  const parts = plain(query).split(/\s+/).filter(Boolean);
  const fits = (badge) => parts.every((part) => plain(`${badge.name} ${badge.expectation}`).includes(part));
  return groups
    .map(({ expectation, members }) => ({ expectation, members: members.filter(fits) }))
    .filter(({ members }) => members.length > 0);
}

function Group({ group, limit, onTap, pending, tongue }) {
  const shown = group.members.slice(0, limit);
  const rest = group.members.length - shown.length;
  return html`
    <section class="group">
      <h3>${group.expectation}</h3>
      <div class="badges">
        ${shown.map((badge) => html`
          <button type="button" key=${badge.value} data-badge=${badge.value} aria-disabled=${pending}
              onClick=${() => onTap(badge)}>${badge.name}</button>`)}
      </div>
      ${rest > 0 && html`<p class="rest">${tongue.say("demo.more", { count: rest })}</p>`}
    </section>`;
}

export function DemoBadges({ badges, onTap, pending, failure, tongue }) {
  const [query, setQuery] = useState("");
  const groups = useMemo(() => grouped(badges), [badges]);
  const shown = query ? found(groups, query) : groups;
  return html`
    <div class="demo" role="group" aria-label=${tongue.say("demo.title")}>
      <input type="search" autocomplete="off" spellcheck="false" aria-label=${tongue.say("demo.search")}
        placeholder=${tongue.say("demo.search")} value=${query}
        onInput=${(event) => setQuery(event.target.value)} />
      <p class="note" role="status">
        ${failure && html`<${Icon} name="attention" /> ${tongue.say("demo.failed")} : ${failure}`}
      </p>
      <div class="groups">
        ${shown.map((group) => html`
          <${Group} key=${group.expectation} group=${group} onTap=${onTap} pending=${pending}
            limit=${query ? SHOWN_FOUND : SHOWN_UNASKED} tongue=${tongue} />`)}
        ${shown.length === 0 && html`<p class="rest">${tongue.say("demo.none")}</p>`}
      </div>
    </div>`;
}

// copyAt: when the data changed, undefined until that is told; line: whether anybody would answer.
export function useDemo(copyAt, line) {
  const [badges, setBadges] = useState([]);
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState("");
  const isBusy = useRef(false);
  const last = useRef({ value: null, atMs: 0 });
  useEffect(() => {
    if (line !== "up" || copyAt === undefined) return;
    fetch("/v1/badges").then((answer) => (answer.ok ? answer.json() : [])).then(setBadges, () => setBadges([]));
  }, [copyAt, line]);
  // A double touch is one tap, as a card that is laid down once.
  const tap = async ({ value, technology }) => {
    const nowMs = performance.now();
    const isDouble = value === last.current.value && nowMs - last.current.atMs < DOUBLE_MS;
    if (isBusy.current || isDouble) return;
    isBusy.current = true;
    last.current = { value, atMs: nowMs };
    setPending(true);
    try {
      await command("/v1/tap", { value, technology }, told.csrf);
      setFailure("");
    } catch (error) {
      setFailure(error.message);
    } finally {
      isBusy.current = false;
      setPending(false);
    }
  };
  return { badges, pending, failure, tap };
}
