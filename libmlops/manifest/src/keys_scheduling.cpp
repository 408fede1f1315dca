/// The table of keys, of `schedule:`.
#include "src/internal.hpp"

#include <array>

namespace mlops::manifest {
namespace {

using Node = yaml::Node;

constexpr std::string_view schedule = "schedule.NAME";

constexpr std::array of_schedule = {
    KeyOf<ScheduleSpec>{
        {schedule, "at", "text",
         "When: the five fields of cron, `17 3 * * *` (minute, hour, day of the month, month, day of the "
         "week), or `hourly`, `daily`, `weekly`, `monthly`; must be there; what begins with `*` needs "
         "quotes"},
        [](Reader& r, const Node& n, ScheduleSpec& s) { r.text(n, s.at); }},
    KeyOf<ScheduleSpec>{
        {schedule, "tz", "text", "Time zone whose clocks `at` means, as `Europe/Berlin`; default: `UTC`"},
        [](Reader& r, const Node& n, ScheduleSpec& s) { r.text(n, s.tz); }},
    KeyOf<ScheduleSpec>{
        {schedule, "run", "text or list",
         "What is brought up to date, as mlops-run(1) takes it: tables, `release/NAME`, `monitor/NAME`, a "
         "section (`data`); must be there"},
        [](Reader& r, const Node& n, ScheduleSpec& s) { s.run = r.texts(n); }},
    KeyOf<ScheduleSpec>{
        {schedule, "when", "list",
         "Nothing is done unless one of these is so, such as `changed(flights)`; default: it is done always"},
        read_when},
    KeyOf<ScheduleSpec>{
        {schedule, "then", "word",
         "What becomes of a version that is accepted: `nothing`, `stage` or `promote`; default: `nothing`"},
        [](Reader& r, const Node& n, ScheduleSpec& s) { r.text(n, s.then); }},
    KeyOf<ScheduleSpec>{
        {schedule, "missed", "word",
         "What is made up of times that passed while nobody ticked: `none` (what is five minutes late is "
         "still on time), `last`, the latest of them, or `all`, each for itself; default: `last`"},
        read_missed},
    KeyOf<ScheduleSpec>{
        {schedule, "busy", "text",
         "What a tick does while another one works on this schedule: `skip` its time, `wait 10m` at most, or "
         "`replace` the other one; default: `skip`"},
        read_busy},
    KeyOf<ScheduleSpec>{{schedule, "deadline", "time", "How long the work may take; default: for ever"},
                        [](Reader& r, const Node& n, ScheduleSpec& s) { s.deadline_us = r.duration(n); }},
    KeyOf<ScheduleSpec>{
        {schedule, "retry", "map", "What is tried again, see below; default: only what was killed"},
        read_retry},
    KeyOf<ScheduleSpec>{{schedule, "doc", "text", "What it is for"},
                        [](Reader& r, const Node& n, ScheduleSpec& s) { r.text(n, s.doc); }},
};

constexpr std::string_view retry = "retry of a schedule";
constexpr std::uint64_t most_times = 100;

constexpr std::array of_retry = {
    KeyOf<RetrySpec>{
        {retry, "times", "whole number",
         "How often what ended by a signal, by its deadline or with exit code 75 is tried again, by later "
         "ticks; another failure and an answer that is no never are; default: 0"},
        [](Reader& r, const Node& n, RetrySpec& s) { s.times = r.count_in(n, 0, most_times).value_or(0); }},
    KeyOf<RetrySpec>{
        {retry, "wait", "time", "How long after the first end; default: `1m`"},
        [](Reader& r, const Node& n, RetrySpec& s) { s.wait_us = r.duration(n).value_or(s.wait_us); }},
    KeyOf<RetrySpec>{{retry, "backoff", "number", "By how much the wait grows each time, from 1; default: 2"},
                     read_backoff},
};

}  // namespace

std::span<const KeyOf<ScheduleSpec>> schedule_keys() { return of_schedule; }
std::span<const KeyOf<RetrySpec>> retry_keys() { return of_retry; }

}  // namespace mlops::manifest
