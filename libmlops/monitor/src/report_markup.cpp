#include "report_markup.hpp"

#include "report_facts.hpp"

#include <mlops/base/text.hpp>

namespace mlops::monitor {
namespace {

constexpr std::size_t name_characters = 120;
constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// Characters of well-formed UTF-8 that no XML document has, and those that turn the direction of what
/// follows.
bool is_refused(std::string_view character) {
  const auto first = static_cast<unsigned char>(character.front());
  if (character.size() == 1) return (first < 0x20 && first != '\t' && first != '\n') || first == 0x7F;
  if (character.size() == 2) return first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
  const bool turns = (character >= "\xE2\x80\xAA" && character <= "\xE2\x80\xAE") ||
                     (character >= "\xE2\x81\xA6" && character <= "\xE2\x81\xA9");
  return character.size() == 3 && (turns || character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF");
}

std::string_view entity_of(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

std::size_t length_of(unsigned char first) {
  return first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    std::string_view character = text.substr(0, length_of(static_cast<unsigned char>(text.front())));
    const bool whole = is_utf8(character);
    if (!whole) character = text.substr(0, 1);
    const std::string_view entity = entity_of(character.front());
    out += !whole || is_refused(character) ? replacement : entity.empty() ? character : entity;
    text.remove_prefix(character.size());
  }
  return out;
}

std::string escaped(std::string_view text, std::size_t most) { return escaped(shortened(text, most)); }

std::string name(std::string_view text) { return "<bdi>" + escaped(text, name_characters) + "</bdi>"; }

std::string_view style_sheet() {
  return R"(
:root {
  color-scheme: light dark;
  --paper: #f6f7f9; --card: #ffffff; --ink: #1b2430; --dim: #5a6675; --line: #d9dee5; --soft: #eef1f5;
  --bad: #b3261e; --bad-soft: #fdecea; --warn: #8a5a00; --warn-soft: #fff4dc; --good: #1a6b3c; --good-soft: #e7f5ec;
  --train: #c3cedd; --train-edge: #7d8ea6; --now: #0b5fa5;
  --s0: #0b5fa5; --s1: #b4500f; --s2: #12785a; --s3: #8b3d88; --s4: #6b6412;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12161c; --card: #1a2028; --ink: #e6eaf0; --dim: #9ba7b6; --line: #323b47; --soft: #232b35;
    --bad: #ff8a80; --bad-soft: #3a1d1c; --warn: #f2b84b; --warn-soft: #38290c; --good: #74d19b; --good-soft: #14301f;
    --train: #3d4a5c; --train-edge: #8696ad; --now: #5db0f5;
    --s0: #5db0f5; --s1: #f29a5c; --s2: #5fd0a8; --s3: #dd9bda; --s4: #d3c85a;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 20px 16px 48px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 36px 0 10px; }
h3 { font-size: 15px; margin: 0; overflow-wrap: anywhere; }
p { margin: 6px 0; }
bdi, code { overflow-wrap: anywhere; }
code { font: 13px/1.45 ui-monospace, monospace; }
.dim { color: var(--dim); }
.small { font-size: 13px; }
.banner { border: 1px solid; border-left-width: 8px; border-radius: 8px; padding: 14px 18px; margin: 16px 0; }
.banner strong { font-size: 20px; }
.banner ul { margin: 10px 0 0; padding: 0; list-style: none; }
.banner li { padding: 8px 0; border-top: 1px solid; border-color: inherit; }
.fail { color: var(--bad); } .warn { color: var(--warn); } .pass { color: var(--good); } .skip { color: var(--dim); }
.banner.fail { background: var(--bad-soft); } .banner.warn { background: var(--warn-soft); }
.banner.pass { background: var(--good-soft); } .banner.skip { background: var(--soft); }
.banner .plain { color: var(--ink); }
.sign { width: 14px; height: 14px; vertical-align: -2px; fill: currentColor; flex: none; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); margin: 0;
  background: var(--card); border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
.facts div { box-shadow: 1px 1px 0 var(--line); padding: 10px 14px; }
.facts dt { color: var(--dim); font-size: 13px; }
.facts dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.facts dd small { display: block; font-weight: 400; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 7px 12px; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--dim); font-weight: 600; font-size: 13px; white-space: nowrap; }
tbody th { font-weight: 600; min-width: 11em; }
tbody th bdi { overflow-wrap: break-word; }
td.n, th.n { text-align: right; white-space: nowrap; }
td.w { white-space: nowrap; }
@media (max-width: 640px) { .scroll table { min-width: 34em; } .scroll #columns { min-width: 52em; } }
td code { display: inline-block; min-width: 11em; }
a { color: inherit; text-underline-offset: 3px; text-decoration-color: var(--train-edge); }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(330px, 100%), 1fr)); gap: 14px; align-items: start; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; min-width: 0; }
.card header { display: flex; justify-content: space-between; gap: 10px; align-items: baseline; }
.card svg, .wide svg { display: block; width: 100%; height: auto; }
.wide { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; margin: 0 0 14px;
  overflow-x: auto; }
.wide { direction: rtl; }
.wide > * { direction: ltr; }
.wide svg { min-width: 900px; }
.tag { white-space: nowrap; font-size: 13px; font-variant-numeric: tabular-nums; }
.tag b { font-weight: 700; }
svg text { font: 11px system-ui, sans-serif; fill: var(--dim); unicode-bidi: isolate; }
svg text.strong { fill: var(--ink); }
svg .axis { stroke: var(--train-edge); stroke-width: 1; }
svg .rule { stroke: var(--line); stroke-width: 1; }
svg .mark { stroke: var(--dim); stroke-width: 1; stroke-dasharray: 2 3; }
svg .train { fill: var(--train); stroke: var(--train-edge); stroke-width: 1; }
svg .now { fill: var(--now); }
svg .s0 { --c: var(--s0); } svg .s1 { --c: var(--s1); } svg .s2 { --c: var(--s2); } svg .s3 { --c: var(--s3); }
svg .s4 { --c: var(--s4); }
svg .line { fill: none; stroke: var(--c); stroke-width: 1.8; }
svg .dot { fill: var(--c); }
svg .promise { fill: none; stroke: var(--s1); stroke-width: 2; stroke-dasharray: 6 3; }
svg .whisker { stroke: var(--now); stroke-width: 1.4; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; color: var(--dim); font-size: 13px; margin: 0 0 10px; }
.legend svg { width: 18px; height: 14px; vertical-align: -2px; }
.legend .sign { width: 13px; }
footer { margin-top: 36px; border-top: 1px solid var(--line); padding-top: 12px; color: var(--dim); font-size: 13px; }
@media print {
  :root {
    --paper: #ffffff; --card: #ffffff; --ink: #000000; --dim: #444444; --line: #bbbbbb; --soft: #f2f2f2;
    --bad: #8c1d18; --bad-soft: #ffffff; --warn: #6b4500; --warn-soft: #ffffff; --good: #14532d; --good-soft: #ffffff;
    --train: #d6dce5; --train-edge: #6f7f96; --now: #0b4f8a;
    --s0: #0b4f8a; --s1: #9a3412; --s2: #0f5f47; --s3: #6f2f6c; --s4: #55500f;
  }
  main { max-width: none; padding: 0; }
  .card, .wide, tr, .banner { break-inside: avoid; }
  .wide svg { min-width: 0; }
  .grid { grid-template-columns: repeat(2, 1fr); }
  h2 { break-after: avoid; }
  * { print-color-adjust: exact; }
}
)";
}

}  // namespace mlops::monitor
