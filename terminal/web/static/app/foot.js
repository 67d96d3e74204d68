// The strip at the bottom: how many are served, and what staff touch most.
import { html, useEffect, useState } from "../vendor/htm-preact-3.1.1.js";
import { Icon } from "./icons.js";

// What the last act was, in words; until they are here, it is just the last act.
function useActWords(act) {
  const [words, setWords] = useState({ id: null, text: null });
  useEffect(() => {
    if (!act) return;
    fetch(`/v1/documents/${encodeURIComponent(act.id)}`)
      .then((answer) => (answer.ok ? answer.json() : null))
      .then((told) => told && setWords({ id: act.id, text: [told.label, told.name].filter(Boolean).join(" · ") }), () => {});
  }, [act?.id]);
  return words.id === act?.id ? words.text : null;
}

function Undo({ act, desk, nowMs, tongue }) {
  const what = useActWords(act);
  const left = act ? Math.ceil((Date.parse(act.can_undo_until) - nowMs) / 1000) : 0;
  const isOpen = left > 0;
  const undo = async () => {
    if (!isOpen) return;
    const answer = await desk.send("undo");
    if (answer && answer.outcome !== "refused") desk.say(tongue.say("undo.done", { what: answer.label || what || "" }));
  };
  return html`
    <button type="button" class="undo" aria-disabled=${!isOpen || desk.isPending} onClick=${undo}>
      <${Icon} name="undo" /> <span>${isOpen && what ? tongue.say("undo.act", { what }) : tongue.say("undo.none")}</span>
      ${isOpen && html`<small>${left} s</small>`}
    </button>`;
}

export function Foot({ status, catalogue, rate, desk, panel, open, nowMs, tongue }) {
  const canSearch = status?.operator?.rights.includes("serve_by_name") ?? false;
  const reprint = () => desk.post("/v1/reprint", { event: "last" }, (made) => tongue.say("papers.reprinted", made));
  const toggle = (name) => open(panel === name ? null : name);
  return html`
    <footer class="strip bottom">
      <p class="count">${status && html`<b>${tongue.say("footer.served", status)}</b>
        <span class="rate">${tongue.say("footer.rate", { count: rate })}</span>`}</p>
      <button type="button" class="by-name" aria-expanded=${panel === "search"} aria-disabled=${!canSearch}
          onClick=${() => canSearch && toggle("search")}>
        <${Icon} name="search" /> <span>${tongue.say("foot.search")}</span></button>
      <${Undo} act=${status?.last_act} desk=${desk} nowMs=${nowMs} tongue=${tongue} />
      <button type="button" class="reprint" aria-disabled=${!status || desk.isPending} aria-label=${tongue.say("papers.reprint_last")}
          onClick=${() => status && reprint()}>
        <${Icon} name="printer" /> <span>${tongue.say("papers.reprint")}</span></button>
      <button type="button" class="menu-button" aria-expanded=${panel === "menu"} aria-disabled=${!status || !catalogue}
          onClick=${() => toggle("menu")}>
        <${Icon} name="menu" /> <span>${tongue.say("menu.title")}</span></button>
    </footer>`;
}
