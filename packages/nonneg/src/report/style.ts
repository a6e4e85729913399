/** The report's style sheet: one column on a narrow screen, light or dark as the reader's system is. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c1c22; --soft: #66666f; --paper: #fbfaf7; --card: #ffffff; --rule: #e4e1da; --accent: #b3341f; }
@media (prefers-color-scheme: dark) { :root { --ink: #ecebe6; --soft: #a3a29c; --paper: #15151a; --card: #1e1e25; --rule: #34343d; --accent: #ff8a5c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", Roboto, sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; font-weight: 650; letter-spacing: -0.02em; margin: 0; }
h1 i { font-family: "STIX Two Text", Georgia, serif; font-weight: 500; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 0.25rem; }
p { margin: 0.25rem 0 1rem; color: var(--soft); max-width: 46rem; }
.lead { font-size: 1.05rem; }
.two { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 1rem 1.1rem; min-width: 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.3rem 1.1rem; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--soft); font: 12px system-ui, sans-serif; font-variant-numeric: tabular-nums; }
.grid { stroke: var(--rule); }
.curve { fill: none; stroke: var(--accent); stroke-width: 2; stroke-linejoin: round; }
.bars { height: 3rem; border-bottom: 1px solid var(--rule); }
.bars rect { fill: var(--accent); }
.pictures { display: grid; gap: 0.9rem; grid-template-columns: repeat(auto-fill, minmax(6.4rem, 1fr)); }
figure { margin: 0; }
img { display: block; width: 100%; image-rendering: pixelated; border-radius: 4px; }
figcaption { color: var(--soft); font-size: 0.8rem; margin-top: 0.25rem; font-variant-numeric: tabular-nums; }
.sample figcaption { white-space: nowrap; font-size: 0.7rem; }
.samples { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); }
.sample { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) minmax(0, 2fr); gap: 0.7rem; align-items: end; }
.features { list-style: none; margin: 0; padding: 0; }
.features li { position: relative; padding: 0.1rem 0.4rem; display: flex; justify-content: space-between; gap: 1rem; }
.features li::before { content: ""; position: absolute; inset: 0.1rem auto 0.1rem 0; width: var(--share); background: var(--accent); opacity: 0.18; border-radius: 3px; }
.good { color: light-dark(#20743a, #6fd08c); }
.warn { color: var(--accent); }
footer { margin-top: 3rem; color: var(--soft); font-size: 0.85rem; }
`;
