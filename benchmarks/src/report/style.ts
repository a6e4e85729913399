/** The report's style sheet. */
export const STYLE = `
:root { color-scheme: light; --ink: #1c1c22; --soft: #5f5f68; --paper: #fbfaf7; --card: #fff; --rule: #e4e1da; --accent: #b3341f; --good: #20743a; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", Roboto, sans-serif; }
main { max-width: 74rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; font-weight: 650; letter-spacing: -0.02em; margin: 0; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 0.5rem; }
h3 { font-size: 0.95rem; margin: 0 0 0.5rem; font-weight: 600; }
p { margin: 0.25rem 0 1rem; color: var(--soft); max-width: 52rem; }
.lead { font-size: 1.05rem; }
.cards { display: grid; gap: 1.1rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 34rem), 1fr)); }
.cards.wide { grid-template-columns: minmax(0, 1fr); }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 1rem 1.1rem; min-width: 0; overflow-x: auto; }
.card ul { margin: 0.5rem 0 0; padding: 0; list-style: none; font-size: 0.82rem; color: var(--soft); }
.card b, td b { font-weight: 600; color: var(--ink); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.3rem 1.1rem; margin: 0; font-size: 0.92rem; }
dt { color: var(--soft); }
dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
svg { display: block; max-width: 100%; height: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.86rem; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 500; color: var(--soft); border-bottom: 1px solid var(--rule); padding: 0.35rem 0.8rem 0.35rem 0; }
td { padding: 0.25rem 0.8rem 0.25rem 0; vertical-align: top; }
tr.first td { border-top: 1px solid var(--rule); padding-top: 0.5rem; }
td.remark { color: var(--soft); max-width: 22rem; overflow-wrap: anywhere; }
.failed { color: var(--accent); }
footer { margin-top: 2.5rem; color: var(--soft); font-size: 0.82rem; overflow-wrap: anywhere; }
`;
