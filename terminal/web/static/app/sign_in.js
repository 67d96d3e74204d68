// Who is at the till: a badge on the reader, or a name and a PIN. Nobody touched it for long: locked.
import { html, useEffect, useRef, useState } from "../vendor/htm-preact-3.1.1.js";
import { farFrom, now } from "./clock.js";
import { Icon } from "./icons.js";
import { Pad } from "./pad.js";

const PIN_MIN = 4;
const PIN_MAX = 12;
const IDLE_MS = 5 * 60_000;
const TOUCHED = "refectory.touched";
const NOTED_MS = 5000;

function Pin({ member, desk, onBack, tongue }) {
  const [pin, setPin] = useState("");
  const enter = async () => {
    if (pin.length < PIN_MIN || desk.isPending) return;
    const answer = await desk.send("sign_in", { staff: member.id, pin });
    setPin("");
    if (answer?.outcome === "done") desk.say(tongue.say("pin.welcome", { name: member.name }));
  };
  return html`
    <div class="pin">
      <button type="button" class="back" onClick=${onBack}><${Icon} name="back" /> ${member.name}</button>
      <p class="shown"><span>${tongue.say("pin.enter")}</span>
        <output aria-label=${tongue.say("pin.typed", { count: pin.length })} data-typed=${pin.length}>${"•".repeat(pin.length)}</output></p>
      <${Pad} tongue=${tongue} enterLabel=${tongue.say("pin.ok")} isOff=${pin.length < PIN_MIN || desk.isPending}
        onDigit=${(digit) => setPin((typed) => (typed.length < PIN_MAX ? typed + digit : typed))}
        onErase=${() => setPin((typed) => typed.slice(0, -1))} onEnter=${enter} />
    </div>`;
}

export function SignIn({ catalogue, desk, tongue }) {
  const [member, setMember] = useState(null);
  const staff = catalogue.staff.filter(({ has_pin }) => has_pin);
  return html`
    <section class="sign-in" aria-labelledby="sign-in-title">
      <h2 id="sign-in-title"><${Icon} name="lock" /> ${tongue.say("sign_in.title")}</h2>
      ${member
        ? html`<${Pin} member=${member} desk=${desk} onBack=${() => setMember(null)} tongue=${tongue} />`
        : html`
          <p>${tongue.say("sign_in.do")}</p>
          <div class="staff">
            ${staff.map((one) => html`
              <button type="button" key=${one.id} data-staff=${one.id} onClick=${() => setMember(one)}>${one.name}</button>`)}
          </div>`}
    </section>`;
}

// Any tab's touch counts, and so does each badge: the till is locked only when nobody is there.
export function useIdleLock({ operator, board, desk }) {
  const notedMs = useRef(0);
  const touch = () => {
    if (farFrom(notedMs.current) < NOTED_MS) return;
    notedMs.current = now();
    localStorage.setItem(TOUCHED, String(notedMs.current));
  };
  useEffect(() => {
    notedMs.current = 0;
    touch();
  }, [board.verdict, board.act, operator?.id]);
  useEffect(() => {
    for (const kind of ["pointerdown", "keydown"]) window.addEventListener(kind, touch, true);
    return () => {
      for (const kind of ["pointerdown", "keydown"]) window.removeEventListener(kind, touch, true);
    };
  }, []);
  useEffect(() => {
    if (!operator) return undefined;
    const timer = setInterval(() => {
      if (farFrom(Number(localStorage.getItem(TOUCHED) ?? 0)) > IDLE_MS) desk.send("sign_out", { is_idle: true }, { isAsked: true });
    }, 1000);
    return () => clearInterval(timer);
  }, [operator?.id]);
}
