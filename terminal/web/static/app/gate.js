// The gate: a late pupil taps, says why, and gets a slip; beside it, who is late and who is away.
import { html, render, useEffect, useState } from "../vendor/htm-preact-3.1.1.js";
import { told } from "./language.js";
import { ByName, Person, Room, useRoom } from "./room.js";
import { fitScreen } from "./screen.js";

const REASONS = ["transport", "doctor", "overslept", "family", "other", "not_said"];

const customerOf = (verdict) => (verdict.command ? { pupil: verdict.pupil } : { tap: verdict.tap });

// Asked once of whoever was noted last; the keys 1 to 6 answer, too.
function WhyLate({ room }) {
  const { board, lists, desk, tongue } = room;
  const { verdict } = board;
  const [answered, setAnswered] = useState(null);
  const isAsked = Boolean(lists?.asks_why) && verdict?.outcome === "late" && !verdict.earlier_at && answered !== verdict.seq;
  const say = async (said) => {
    const answer = await desk.send("say_why_late", { customer: customerOf(verdict), said });
    if (!answer || answer.outcome === "refused") return;
    setAnswered(verdict.seq);
    desk.say(tongue.say("gate.thanks", { why: tongue.say(`late.${said}`) }));
  };
  useEffect(() => {
    if (!isAsked) return undefined;
    const hear = (event) => {
      const reason = REASONS[Number(event.key) - 1];
      if (reason && event.target.tagName !== "INPUT") say(reason);
    };
    window.addEventListener("keydown", hear);
    return () => window.removeEventListener("keydown", hear);
  }, [isAsked, verdict?.seq]);
  if (!isAsked) return null;
  return html`
    <fieldset class="why-late">
      <legend>${tongue.say("gate.why", { name: verdict.name })}</legend>
      ${REASONS.map((reason, place) => html`
        <button type="button" key=${reason} data-said=${reason} aria-disabled=${desk.isPending} onClick=${() => say(reason)}>
          <kbd>${place + 1}</kbd> ${tongue.say(`late.${reason}`)}</button>`)}
    </fieldset>`;
}

const Late = ({ room }) => html`
  <section class="roster is-late" aria-labelledby="roster-late">
    <h3 id="roster-late">${room.tongue.say("gate.late")} <small>${room.lists.late.length}</small></h3>
    <ul>${room.lists.late.map((pupil) => html`
      <${Person} key=${pupil.id} pupil=${pupil} tongue=${room.tongue} isOff=${!(room.canTakeBack && pupil.is_noted_here)}
          onChoose=${() => room.setPanel({ name: "search", chosen: pupil })}>
        <small>${pupil.said === "not_said" ? "" : room.tongue.say(`late.${pupil.said}`)}</small>
        <time>${room.tongue.time(pupil.at)}</time><//>`)}</ul>
  </section>`;

const Absent = ({ room }) => html`
  <section class="roster is-absent" aria-labelledby="roster-absent">
    <h3 id="roster-absent">${room.tongue.say("gate.absent")} <small>${room.lists.absent.length}</small></h3>
    <ul>${room.lists.absent.map((pupil) => html`
      <${Person} key=${pupil.id} pupil=${pupil} tongue=${room.tongue} isOff=${!room.canName}
          onChoose=${() => room.setPanel({ name: "search", chosen: pupil })}>
        <small>${room.tongue.say(pupil.came ? "gate.came" : `absence.${pupil.state}`)}</small><//>`)}</ul>
  </section>`;

function Gate() {
  const room = useRoom("/v1/gate");
  const { lists, tongue, panel } = room;
  const deeds = [{ word: "arrive_late", words: tongue.say("gate.note"), more: {}, isMain: true }];
  const mistake = { word: "withdraw_presence", words: tongue.say("gate.withdraw"), more: {} };
  const noted = (lists?.late ?? []).filter((pupil) => pupil.is_noted_here).map(({ id }) => id);
  const byName = panel?.name === "search" && html`
    <${ByName} key=${panel.chosen?.id} room=${room} title=${tongue.say("gate.by_name")} chosen=${panel.chosen} deeds=${deeds}
      mistake=${mistake} noted=${noted} />`;
  return html`
    <${Room} room=${room} under=${html`<${WhyLate} room=${room} />`} panel=${byName}
        count=${lists ? tongue.say("gate.count", { late: lists.late_count, absent: lists.absent_count }) : ""}>
      <h2>${tongue.say("gate.title")}${lists && html` <small>${tongue.say("gate.begins", { time: lists.begins_at })}</small>`}</h2>
      ${lists?.has_names && html`<div class="rosters">
        ${lists.late.length > 0 && html`<${Late} room=${room} />`}
        ${lists.absent.length > 0 && html`<${Absent} room=${room} />`}
        ${lists.late.length + lists.absent.length === 0 && html`<p class="rest">${tongue.say("gate.nobody")}</p>`}
      </div>`}
    <//>`;
}

fitScreen(told.screen_mm);
render(html`<${Gate} />`, document.getElementById("gate"));
