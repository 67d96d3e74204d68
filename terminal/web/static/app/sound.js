// Sounds of the page: off until somebody touches the button, as browsers ask for a touch first.

const NAMES = ["ok", "refused", "attention", "error"];
const buffers = new Map();
let context = null;

export async function enableSound() {
  context ??= new AudioContext({ latencyHint: "interactive" });
  await context.resume();
  await Promise.all(NAMES.map(load));
}

export function disableSound() {
  context?.suspend();
}

export const isSoundOn = () => context?.state === "running";

export function play(name) {
  if (context?.state !== "running" || !buffers.has(name)) return;
  const source = context.createBufferSource();
  source.buffer = buffers.get(name);
  source.connect(context.destination);
  source.start();
}

async function load(name) {
  if (buffers.has(name)) return;
  const answer = await fetch(`/sounds/${name}.wav`);
  buffers.set(name, await context.decodeAudioData(await answer.arrayBuffer()));
}
