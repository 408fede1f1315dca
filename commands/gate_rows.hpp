#pragma once
/// What judgements look like on screen.

#include "ui/row.hpp"

#include <mlops/release/judgement.hpp>
#include <mlops/release/train.hpp>

#include <string>
#include <vector>

namespace mlops::commands {

/// "accepted" or "rejected"; null where nobody judged.
json::Value judgement_word(const release::Judgement* judgement);

/// The same of a version, by its newest judgement.
ui::Cell judgement_cell(store::Store& store, const model::Version& version);

/// Each gate with its verdict: pass, fail, warn or skip.
json::Array gate_list(const std::vector<release::Gate>& gates);
/// Gates that were not judged yet.
json::Array planned_gates(const std::vector<release::GateSpec>& gates);
json::Array planned_gates(const std::vector<manifest::ExpectSpec>& gates);

/// One of those that were judged, with every metric.
json::Object judgee_object(const release::Judgee& judgee);
/// The same as a line for people: its name and one metric.
json::Object judgee_line(const release::Judgee& judgee, const std::string& metric, bool picked);

/// A number for people, as many digits as a reader of a table wants; shorter for the ends of an interval.
std::string figure_text(double value);
std::string bound_text(double value);

/// A metric of judgee_object(), and its interval, for people.
std::string metric_text(const json::Value& metric);
std::string interval_text(const json::Value& metric);

}  // namespace mlops::commands
