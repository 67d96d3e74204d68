// The whole till by keys: F1 to F12 tiles, Enter pays, Esc cancels, + and − count; and the scanner
// of products, which types a code fast and ends it with Enter.
import { useEffect, useRef } from "../vendor/htm-preact-3.1.1.js";

const SCAN_GAP_MS = 50;
const SCAN_MIN = 3;
const SCAN_MAX = 64;

const isIn = (selector) => document.activeElement?.matches(selector);

// deeds: tile(number), scan(code), enter(), escape(), count(by)
export function useKeys(deeds) {
  const latest = useRef(deeds);
  latest.current = deeds;
  const scanned = useRef({ code: "", atMs: 0 });
  useEffect(() => {
    const hear = (event) => {
      const { key, timeStamp } = event;
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const scan = scanned.current;
      const isFast = timeStamp - scan.atMs < SCAN_GAP_MS;
      if (key === "Enter" && isFast && scan.code.length >= SCAN_MIN) {
        scanned.current = { code: "", atMs: 0 };
        event.preventDefault();
        event.stopPropagation();
        latest.current.scan(scan.code);
        return;
      }
      // A code is typed in one go: any other key begins it anew, as does + which is in none.
      if (key.length !== 1 || key === "+") {
        if (key !== "Shift") scanned.current = { code: "", atMs: 0 };
      } else {
        const code = (isFast ? scan.code : "") + key;
        scanned.current = { code: code.slice(-SCAN_MAX), atMs: timeStamp };
      }
      const number = /^F([1-9]|1[0-2])$/.exec(key)?.[1];
      if (number) {
        document.activeElement?.blur();
        latest.current.tile(Number(number));
      } else if (key === "Escape") latest.current.escape();
      else if (isIn("input, select, textarea")) return;
      else if (key === "+" || key === "-") latest.current.count(key === "+" ? 1 : -1);
      else if (key === "Enter" && !isIn("button, a")) latest.current.enter();
      else return;
      document.documentElement.dataset.keys = "on";
      event.preventDefault();
    };
    // A finger leaves no focus behind: else Enter would touch the last button once more.
    const leave = (event) => event.detail > 0 && isIn("button") && document.activeElement.blur();
    window.addEventListener("keydown", hear);
    window.addEventListener("click", leave);
    return () => {
      window.removeEventListener("keydown", hear);
      window.removeEventListener("click", leave);
    };
  }, []);
}
