// What time it is at the daemon. The stream tells it, all pages read it here: a tablet's own clock
// may be hours off. How long something lasts in the page alone is measured by performance.now().
import { useEffect, useState } from "../vendor/htm-preact-3.1.1.js";

const TICK_MS = 1000;
const JUMP_MS = 500;

let aheadMs = 0;
const readers = new Set();

export const now = () => Date.now() + aheadMs;

// Moments that the daemon told are compared by this: one that a clock set back has put into the
// future is as far away as one in the past.
export const farFrom = (atMs, nowMs = now()) => Math.abs(nowMs - atMs);

export function hearClock(toldMs) {
  const isJump = farFrom(toldMs) > JUMP_MS;
  aheadMs = toldMs - Date.now();
  if (isJump) for (const read of readers) read();
}

export function useNow() {
  const [nowMs, setNow] = useState(now());
  useEffect(() => {
    const read = () => setNow(now());
    const timer = setInterval(read, TICK_MS);
    readers.add(read);
    read();
    return () => {
      clearInterval(timer);
      readers.delete(read);
    };
  }, []);
  return nowMs;
}
