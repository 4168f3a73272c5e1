/** How the page looks, by day and by night; no colour stands without a sign. */
export const style: string = `
:root { color-scheme: light dark; --back: #fff; --fore: #1b1f24; --soft: #57606a; --line: #c9d1d9; --panel: #f6f8fa;
	--well: #d9efdd; --doubt: #fff1b8; --spendable: #ffdcb0; --twice: #ffb59c; --broken: #d3273e; --on-broken: #fff;
	--bar: #2a6f97; --bar2: #8fb8ce; --mark: #0b57d0; }
@media (prefers-color-scheme: dark) { :root { --back: #14171a; --fore: #e6e9ec; --soft: #a3adb8; --line: #3b434c;
	--panel: #1d2226; --well: #1d4428; --doubt: #574a12; --spendable: #6b4314; --twice: #85341c; --broken: #ff8795;
	--on-broken: #1b0206; --bar: #7cc0e4; --bar2: #3d6f8a; --mark: #8ab4f8; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 90rem; background: var(--back); color: var(--fore);
	font: 1rem/1.5 system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; gap: 1rem; align-items: center; justify-content: space-between; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.2rem; margin: 1.5rem 0 .5rem; } h3 { font-size: 1rem; margin: 1rem 0 .3rem; }
button, select, input { font: inherit; color: inherit; }
button, select { background: var(--panel); border: 1px solid var(--soft); border-radius: .3rem; padding: .3rem .7rem; }
button[aria-pressed=true] { background: var(--fore); color: var(--back); }
:focus-visible { outline: 3px solid var(--mark); outline-offset: 1px; }
.charts { display: flex; flex-wrap: wrap; gap: 2rem; } figure { margin: 0; max-width: 100%; } figcaption { font-weight: 600; }
svg text { fill: var(--fore); font: 13px system-ui, sans-serif; } svg .line { stroke: var(--line); }
svg .central, .key.central { fill: var(--bar); background: var(--bar); } svg .devices, .key.devices { fill: var(--bar2); background: var(--bar2); }
svg .twice, .key.twice { fill: var(--twice); background: var(--twice); } svg .broken, .key.broken { fill: var(--broken); background: var(--broken); }
.key { display: inline-block; width: .8rem; height: .8rem; border: 1px solid var(--soft); margin-right: .3rem; }
.legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; }
.scroll { overflow: auto; max-height: 75vh; border: 1px solid var(--line); }
table { border-collapse: collapse; } th, td { padding: .2rem .5rem; text-align: left; border: 1px solid var(--line); font-weight: normal; }
#grid td, #grid th { padding: 0; text-align: center; } #grid th { background: var(--panel); padding: .1rem .3rem; }
#grid thead th { position: sticky; top: 0; z-index: 1; } #grid thead tr + tr th { top: 1.9rem; font-size: .75rem; writing-mode: vertical-rl; height: 7.5rem; }
#grid tbody th { position: sticky; left: 0; text-align: left; min-width: 14rem; max-width: 22rem; font-size: .9rem; }
.cell { display: block; width: 100%; min-width: 1.7rem; height: 1.7rem; padding: 0; border: 0; border-radius: 0; cursor: pointer; color: var(--fore); }
.sign { display: inline-block; min-width: 1.5rem; text-align: center; border: 1px solid var(--line); }
.well { background: var(--well); } .doubt { background: var(--doubt); } .spendable { background: var(--spendable); }
.cell.twice, .sign.twice { background: var(--twice); } .cell.broken, .sign.broken { background: var(--broken); color: var(--on-broken); }
.cell[aria-current=true] { box-shadow: inset 0 0 0 3px var(--mark); }
.replay { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 1rem; }
@media (max-width: 60rem) { .replay { grid-template-columns: minmax(0, 1fr); } }
.controls { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin: .5rem 0; } .controls input { flex: 1; min-width: 8rem; }
#lanes { width: 100%; min-width: 36rem; } #lanes :not(text).now { stroke: var(--mark); stroke-width: 2.5; } #lanes :not(text).then { stroke: var(--soft); }
#lanes :not(text).later { stroke: var(--line); } #lanes .life { stroke: var(--line); stroke-dasharray: 3 3; } #lanes .out { stroke: var(--broken); stroke-width: 4; }
#lanes text.later { fill: var(--soft); } #lanes text.nowText { font-weight: 700; }
.log { max-height: 22rem; } .log ol { margin: 0; padding-left: 3rem; } .log li[aria-current] { font-weight: 700; background: var(--panel); }
.log button { background: none; border: 0; padding: 0; text-align: left; text-decoration: underline; cursor: pointer; }
td.number { text-align: right; font-variant-numeric: tabular-nums; } .changed { background: var(--doubt); }
#now { min-height: 3rem; font-weight: 600; } dl { display: grid; grid-template-columns: auto auto; gap: .1rem 1rem; justify-content: start; margin: 0; } dd { margin: 0; font-variant-numeric: tabular-nums; }
[hidden] { display: none !important; }
`;
