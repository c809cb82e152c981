"""The style of an HTML report: light and dark, on paper and in black and white; nothing is loaded.

Colour repeats what words, brackets and frames say already.
"""

STYLE = """
:root { color-scheme: light dark; --good: #116329; --bad: #a40e26; --line: #8c959f;
  --quiet: #57606a; }
@media (prefers-color-scheme: dark) {
  :root { --good: #57d27a; --bad: #ff8a80; --line: #6e7681; --quiet: #9ea7b3; }
}
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 56rem;
  margin: 1.5rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.3rem; } h3 { font-size: 1.1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
caption { text-align: left; color: var(--quiet); }
th, td { border: 1px solid var(--line); padding: .25rem .6rem; text-align: left; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
article + article { border-top: 3px double var(--line); margin-top: 2rem; padding-top: 1rem; }
code, pre { font-family: ui-monospace, Consolas, Menlo, monospace; overflow-wrap: anywhere; }
pre { border-left: 3px solid var(--line); padding-left: .75rem; overflow-x: auto;
  line-height: 1.3; }
figure { margin: 1rem 0; overflow-x: auto; }
figcaption, footer { color: var(--quiet); }
svg { max-width: 100%; height: auto; }
.failed { color: var(--bad); font-weight: bold; }
.passed { color: var(--good); }
text.wrong { fill: var(--bad); } rect.wrong, rect.fault { stroke: var(--bad); }
@media print {
  body { max-width: none; } article { break-before: page; } details { display: none; }
}
"""
