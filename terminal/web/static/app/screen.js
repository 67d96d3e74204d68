// Sizes follow from the panel: letters have the height that is read at 60 cm, whatever its pixels.

// Capitals of 2.8 mm (16 minutes of arc at 60 cm) in a font whose capitals are 0.668 em.
const EM_MM = 2.8 / 0.668;
const EM_PX_MIN = 16;
// The least that the layout needs, in em; a tiny panel gets smaller letters, not lost buttons.
const LONG_SIDE_EM = 48;
const SHORT_SIDE_EM = 30;
// From here on two columns fit, then three; from there on, every word of the strip does, too.
const SINGLE_EM = 28;
const SNUG_EM = 38;
const WIDE_EM = 62;
const ROOMY_EM = 31;

export function fitScreen(diagonalMm) {
  const root = document.documentElement;
  // The screen's size, not the window's: else zooming in would make letters no larger.
  const { width, height } = window.screen;
  const wanted = (EM_MM * Math.hypot(width, height)) / diagonalMm;
  const room = Math.min(Math.max(width, height) / LONG_SIDE_EM, Math.min(width, height) / SHORT_SIDE_EM);
  const em = Math.max(EM_PX_MIN, Math.min(wanted, room));
  root.style.fontSize = `${em.toFixed(2)}px`;
  root.style.setProperty("--finger", `${Math.max(48, (9 / EM_MM) * wanted).toFixed(1)}px`);
  const arrange = () => {
    root.dataset.room = window.innerHeight / em >= ROOMY_EM ? "full" : "low";
    const widthEm = window.innerWidth / em;
    root.dataset.layout = widthEm >= WIDE_EM ? "wide" : widthEm >= SNUG_EM ? "snug" : widthEm >= SINGLE_EM ? "narrow" : "single";
  };
  arrange();
  window.addEventListener("resize", arrange);
}
