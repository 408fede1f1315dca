/// The table of keys, of `serve:` and `monitor:`.
#include "src/internal.hpp"

#include <array>

namespace mlops::manifest {
namespace {

using Node = yaml::Node;

/// `0s`, `0d`: at once. Elsewhere a length of time is more than nothing.
bool is_zero(const Node& node) {
  return node.text == "0" || (node.text.starts_with('0') && parse_duration("1" + node.text.substr(1)));
}

constexpr std::string_view serve = "serve.NAME";

constexpr std::array of_serve = {
    KeyOf<ServeSpec>{{serve, "port", "whole number", "Where it listens; 0: any that is free; default: 8080"},
                     [](Reader& r, const Node& n, ServeSpec& s) {
                       if (const auto port = r.count_in(n, 0, 65'535))
                         s.port = static_cast<std::uint16_t>(*port);
                     }},
    KeyOf<ServeSpec>{{serve, "host", "text", "Where it listens; default: 127.0.0.1, for this machine alone"},
                     [](Reader& r, const Node& n, ServeSpec& s) { r.text(n, s.host); }},
    KeyOf<ServeSpec>{
        {serve, "threads", "whole number", "Threads that answer; default: as many as processors"},
        [](Reader& r, const Node& n, ServeSpec& s) {
          if (const auto threads = r.count_in(n, 1, 1024)) s.threads = static_cast<unsigned>(*threads);
        }},
    KeyOf<ServeSpec>{{serve, "log", "share or `off`",
                      "The share of the requests that is written into the prediction log, `100%`, see "
                      "mlops-predictions(5); default: `off`"},
                     read_log},
    KeyOf<ServeSpec>{
        {serve, "keep", "time, size or list",
         "How long, how much of the prediction log is kept, or both: `[30d, 10GB]`, which is the "
         "default"},
        read_keep},
};

constexpr std::string_view monitor = "monitor.NAME";

constexpr std::array of_monitor = {
    KeyOf<MonitorSpec>{
        {monitor, "every", "time",
         "Length of a window, whose rows are judged together; windows begin at whole multiples "
         "of it since 1970 UTC; default: `1d`"},
        [](Reader& r, const Node& n, MonitorSpec& m) { m.every_us = r.duration(n); }},
    KeyOf<MonitorSpec>{{monitor, "truth", "map", "Where it stands what turned out to be true, see below"},
                       read_truth},
    KeyOf<MonitorSpec>{
        {monitor, "expect", "list",
         "What has to be true of each window, such as `psi(*) < 0.2`; `- psi(*) < 0.2: warn` is "
         "told and fails nothing"},
        [](Reader& r, const Node& n, MonitorSpec& m) { m.expect = r.assertions(n); }},
};

constexpr std::string_view truth = "truth of a monitor";

constexpr std::array of_truth = {
    KeyOf<TruthSpec>{{truth, "from", "text", "The source or table of `data:` that has it; must be there"},
                     [](Reader& r, const Node& n, TruthSpec& t) { r.text(n, t.from); }},
    KeyOf<TruthSpec>{{truth, "id", "text", "Its column with the id of the request; default: `request`"},
                     [](Reader& r, const Node& n, TruthSpec& t) { r.text(n, t.id); }},
    KeyOf<TruthSpec>{{truth, "row", "text",
                      "Its column with the number of the row in its request, from 1; default: none, a "
                      "request has one row"},
                     [](Reader& r, const Node& n, TruthSpec& t) { r.text(n, t.row); }},
    KeyOf<TruthSpec>{{truth, "label", "text", "Its column with the truth; default: the label of the model"},
                     [](Reader& r, const Node& n, TruthSpec& t) { r.text(n, t.label); }},
    KeyOf<TruthSpec>{
        {truth, "after", "time",
         "How long after the answer the truth is known, `2d`: what is younger is not asked for; default: at "
         "once"},
        [](Reader& r, const Node& n, TruthSpec& t) { t.after_us = is_zero(n) ? 0 : r.duration(n); }},
};

}  // namespace

std::span<const KeyOf<ServeSpec>> serve_keys() { return of_serve; }
std::span<const KeyOf<MonitorSpec>> monitor_keys() { return of_monitor; }
std::span<const KeyOf<TruthSpec>> truth_keys() { return of_truth; }

}  // namespace mlops::manifest
