// Nobody touches anything any more: after 45 s they are asked, and have 20 s to say that they are
// there, as often as they like (WCAG 2.2, 2.2.1). Then the session ends.
import { html, useEffect, useRef, useState } from "../vendor/htm-preact-3.1.1.js";
import { Icon } from "./icons.js";
import { useModal } from "./kiosk_modal.js";

const IDLE_MS = 45_000;
const ANSWER_MS = 20_000;
const LOOK_MS = 250;

export function useIdle(isOpen, onEnd, onStay) {
  const touchedMs = useRef(performance.now());
  const [left, setLeft] = useState(null);
  const end = useRef(onEnd);
  end.current = onEnd;

  const stay = () => {
    touchedMs.current = performance.now();
    setLeft(null);
    onStay();
  };
  useEffect(() => {
    if (!isOpen) {
      setLeft(null);
      return undefined;
    }
    touchedMs.current = performance.now();
    let isWarned = false;
    // While the question stands, only its answer counts.
    const touch = () => { if (!isWarned) touchedMs.current = performance.now(); };
    const look = () => {
      const restMs = IDLE_MS + ANSWER_MS - (performance.now() - touchedMs.current);
      isWarned = restMs <= ANSWER_MS;
      setLeft(isWarned ? Math.max(0, Math.ceil(restMs / 1000)) : null);
      if (restMs <= 0) end.current();
    };
    const timer = setInterval(look, LOOK_MS);
    const events = ["pointerdown", "keydown", "scroll"];
    for (const name of events) document.addEventListener(name, touch, true);
    return () => {
      clearInterval(timer);
      for (const name of events) document.removeEventListener(name, touch, true);
    };
  }, [isOpen]);
  return { isWarning: isOpen && left !== null, left, stay };
}

export function Warning({ left, onStay, onLeave, tongue, comfort }) {
  const stay = useModal(() => comfort.say(`${tongue.say("kiosk.warn")} ${tongue.say("kiosk.warn_do", { count: left })}`), onStay);
  return html`
    <div class="veil">
      <section class="dialog" role="alertdialog" aria-modal="true" aria-labelledby="warn-title" aria-describedby="warn-do" lang=${tongue.language}>
        <${Icon} name="clock" />
        <h2 id="warn-title">${tongue.say("kiosk.warn")}</h2>
        <p id="warn-do" data-left=${left}>${tongue.say("kiosk.warn_do", { count: left })}</p>
        <p class="replies">
          <button type="button" class="stay main" ref=${stay} onClick=${onStay}>${tongue.say("kiosk.stay")}</button>
          <button type="button" class="leave" onClick=${onLeave}>${tongue.say("kiosk.leave")}</button>
        </p>
      </section>
    </div>`;
}
