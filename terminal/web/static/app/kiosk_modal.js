// A question over the page: the focus goes to its first answer, stays within, and comes back after.
import { useEffect, useRef } from "../vendor/htm-preact-3.1.1.js";

// A page behind a question is inert and loses its focus: what had it is remembered here.
let behind = null;
document.addEventListener("focusin", ({ target }) => {
  if (!target.closest(".dialog")) behind = target;
});

// onEscape: what the Escape key answers. Result: a ref for the first answer.
export function useModal(onOpen, onEscape) {
  const first = useRef(null);
  const escape = useRef(onEscape);
  escape.current = onEscape;
  useEffect(() => {
    const before = behind;
    first.current?.focus();
    onOpen();
    const press = (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      escape.current();
    };
    document.addEventListener("keydown", press);
    return () => {
      document.removeEventListener("keydown", press);
      if (before?.isConnected) setTimeout(() => before.focus(), 0);
    };
  }, []);
  return first;
}
