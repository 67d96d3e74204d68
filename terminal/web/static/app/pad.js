// A pad of digits for PINs and amounts: by finger, or by the keys of a keyboard.
import { html, useLayoutEffect, useRef } from "../vendor/htm-preact-3.1.1.js";
import { Icon } from "./icons.js";

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
const CENTS_DIGITS = 6;
// A scanner of products types its code and Enter faster than any person.
const SCAN_GAP_MS = 50;
const SCAN_DIGITS_MIN = 8;

const isTyping = () => document.activeElement?.matches("input, select, textarea");

// onDigit(digit), onErase(), onEnter()
export function Pad({ onDigit, onErase, onEnter, enterLabel, isOff, tongue }) {
  const latest = useRef(null);
  const fast = useRef({ count: 0, atMs: 0 });
  latest.current = { onDigit, onErase, onEnter };
  useLayoutEffect(() => {
    const hear = (event) => {
      if (isTyping() || event.ctrlKey || event.altKey || event.metaKey) return;
      const isButton = document.activeElement?.matches("button, a");
      const deeds = latest.current;
      const isFast = event.timeStamp - fast.current.atMs < SCAN_GAP_MS;
      const isScan = isFast && fast.current.count >= SCAN_DIGITS_MIN;
      fast.current = { count: isFast ? fast.current.count + 1 : 1, atMs: event.timeStamp };
      if (/^[0-9]$/.test(event.key)) deeds.onDigit(event.key);
      else if (event.key === "Backspace") deeds.onErase();
      else if (event.key === "Enter" && !isButton) {
        fast.current = { count: 0, atMs: 0 };
        if (!isScan) deeds.onEnter();
      }
      else return;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    window.addEventListener("keydown", hear, true);
    return () => window.removeEventListener("keydown", hear, true);
  }, []);
  const key = (digit) => html`<button type="button" key=${digit} onClick=${() => onDigit(digit)}>${digit}</button>`;
  return html`
    <div class="pad">
      ${DIGITS.map(key)}
      <button type="button" aria-label=${tongue.say("pad.erase")} onClick=${onErase}><${Icon} name="erase" /></button>
      ${key("0")}
      <button type="button" class="main" aria-disabled=${isOff} onClick=${onEnter}>${enterLabel}</button>
    </div>`;
}

// An amount grows from the right, as on every till: 1, 2, 5, 0 is 12.50.
export function AmountPad({ cents, setCents, onEnter, enterLabel, isOff, label, tongue }) {
  const digits = cents === null ? "" : String(cents);
  return html`
    <div class="amount">
      <p class="shown"><span>${label}</span>
        <output data-cents=${cents ?? ""} aria-live="polite">${cents === null ? "–" : tongue.money(cents)}</output></p>
      <${Pad} tongue=${tongue} enterLabel=${enterLabel} isOff=${isOff} onEnter=${onEnter}
        onDigit=${(digit) => digits.length < CENTS_DIGITS && setCents(Number(digits + digit))}
        onErase=${() => setCents(digits.length > 1 ? Number(digits.slice(0, -1)) : null)} />
    </div>`;
}
