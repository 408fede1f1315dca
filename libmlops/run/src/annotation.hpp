#pragma once
/// The record "run-annotation/1": what was added to a sealed run.

#include "facts.hpp"

#include <mlops/run/report.hpp>

namespace mlops::run {

inline constexpr std::string_view annotation_kind = "run-annotations";

/// What the reference's entry says of an annotation, and the run in it: it can be read when the record
/// cannot.
std::string why_of_annotation(const std::string& run);
std::string annotated_run(std::string_view why);

void annotate(store::Store& store, const Run& run, const Report& report, std::string_view who);

struct Annotation {
  std::string run;
  Facts facts;
};
/// Throws Error(corrupt).
Annotation annotation_from(const json::Object& record);

}  // namespace mlops::run
