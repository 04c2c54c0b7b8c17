"""The look of the page: follows the reader's light or dark setting, and prints."""

STYLE = """
:root { color-scheme: light dark; --ink: #1c1e21; --dim: #656d76; --paper: #fff; --edge: #d8dee4; --soft: #f6f8fa;
  --error: #c62828; --warning: #9a6700; --info: #0969da; --good: #1a7f37;
  --c0: #0b7285; --c1: #a33ea1; --c2: #5c940d; --c3: #e8590c; --c4: #3b5bdb; --c5: #868e96; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --dim: #8d96a0; --paper: #0d1117; --edge: #30363d;
  --soft: #161b22; --error: #ff7b72; --warning: #d29922; --info: #58a6ff; --good: #3fb950;
  --c0: #39c5cf; --c1: #d689d4; --c2: #a5d6a7; --c3: #ffa657; --c4: #91a7ff; --c5: #adb5bd; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1200px;
  margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.15rem; margin: 2.5rem 0 .3rem; }
h3 { font-size: 1rem; margin: 1.2rem 0 .2rem; } a { color: var(--info); }
code, .mono { font-family: ui-monospace, monospace; font-size: .92em; }
table { border-collapse: collapse; width: 100%; margin: .8rem 0; } th { color: var(--dim); font-weight: 500; }
th, td { text-align: left; vertical-align: top; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--edge); }
dl { display: grid; grid-template-columns: 9rem 1fr; gap: .1rem .8rem; margin: .4rem 0; }
dt { color: var(--dim); } dd { margin: 0; } dd ul { margin: 0; padding-left: 1.1rem; } .dim { color: var(--dim); }
.whole { white-space: nowrap; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 1rem;
  margin: 1rem 0; }
figure { margin: 0; background: var(--soft); border: 1px solid var(--edge); border-radius: 6px; padding: .5rem; }
figcaption { font-size: .9rem; } svg { width: 100%; height: auto; display: block; }
.bold, .error, .warning, .good, .unsure { font-weight: 600; } .error { color: var(--error); }
.warning { color: var(--warning); }
.info, .unsure { color: var(--info); } .good { color: var(--good); } .italic { font-style: italic; }
p { margin: .4rem 0; }
svg .grid { stroke: var(--edge); stroke-width: 1; } svg text { font: 11px system-ui, sans-serif; fill: currentColor; }
svg text.tick { fill: var(--dim); } svg text.sick { fill: var(--error); }
svg .error line, svg .warning line, svg .info line { stroke: currentColor; stroke-dasharray: 4 3; }
td code { white-space: nowrap; } circle.c0 { fill: var(--c0); } circle.c1 { fill: var(--c1); }
circle.c2 { fill: var(--c2); } circle.c3 { fill: var(--c3); }
circle.c4 { fill: var(--c4); } circle.c5 { fill: var(--c5); }
.curve { fill: none; stroke-width: 1.4; stroke-linejoin: round; }
.c0 { stroke: var(--c0); } .c1 { stroke: var(--c1); } .c2 { stroke: var(--c2); } .c3 { stroke: var(--c3); }
.c4 { stroke: var(--c4); } .c5 { stroke: var(--c5); }
.k0 { color: var(--c0); } .k1 { color: var(--c1); } .k2 { color: var(--c2); } .k3 { color: var(--c3); }
.k4 { color: var(--c4); } .k5 { color: var(--c5); }
@media (max-width: 600px) { td code { white-space: normal; } dl { grid-template-columns: 1fr; } th { display: none; }
  table:not([class]), table:not([class]) :is(tbody, tr, td) { display: block; }
  table:not([class]) td { border: 0; padding: .1rem 0; }
  table:not([class]) tr { border-bottom: 1px solid var(--edge); padding: .4rem 0; } }
details { margin: .6rem 0; } summary { cursor: pointer; } @media print { body { margin: 0; max-width: none; } }
"""
