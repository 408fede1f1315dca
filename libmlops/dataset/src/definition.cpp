#include "src/definition.hpp"

#include <mlops/base/text.hpp>
#include <mlops/yaml/fault.hpp>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <set>
#include <sstream>

namespace mlops::dataset {
namespace {

constexpr std::uintmax_t longest_file = 1 << 20;

manifest::Place start_of(const manifest::DataSpec& spec) {
  if (!spec.sql_lines.empty()) return spec.sql_lines.front();
  const manifest::Place sql = spec.places.at("sql");
  return sql.line != 0 ? sql : spec.places.at("name");
}

std::string read_file(const Declared& declared, const manifest::DataSpec& spec) {
  const std::filesystem::path path = declared.root / spec.sql_file;
  const manifest::Place at = start_of(spec);
  const std::string place = fmt::format("{}:{}:{}", declared.file, at.line, at.column);
  std::error_code fault;
  const std::uintmax_t size = std::filesystem::file_size(path, fault);
  std::ifstream in(path, std::ios::binary);
  if (fault || !in) {
    throw error(Code::not_found, "{}: no file '{}'", place, spec.sql_file)
        .with_hint("the path starts at the folder of {}", declared.file);
  }
  if (size > longest_file)
    throw error(Code::usage, "{}: the file '{}' is {} long, the most is {}", place, spec.sql_file,
                size_text(size), size_text(longest_file));
  std::ostringstream text;
  text << in.rdbuf();
  if (!is_utf8(text.str())) throw error(Code::usage, "{}: the file '{}' is not UTF-8", place, spec.sql_file);
  return std::move(text).str();
}

/// A table of the file, by the name that SQL has for it.
std::string address_in(const Declared& declared, const std::string& name) {
  const manifest::TableSpec* table = declared.manifest.find_table(name);
  for (const std::string_view section : {"sources.", "data."}) {
    if (table != nullptr || !name.starts_with(section)) continue;
    const std::string written =
        fmt::format("{}/{}", section.substr(0, section.size() - 1), name.substr(section.size()));
    table = declared.manifest.find_table(written);
  }
  if (table != nullptr) return declared.manifest.address_of(*table);
  std::vector<std::string> known;
  for (const manifest::TableSpec* other : declared.manifest.tables()) known.push_back(other->name);
  Error fault = error(Code::usage, "no table '{}' in {}", name, declared.file);
  const auto near = near_misses(name, known);
  if (!near.empty()) throw std::move(fault).with_hint("a similar table exists: {}", one_of(near));
  throw std::move(fault).with_hint("it has {}", known.empty() ? "no table" : one_of(known));
}

}  // namespace

Error placed(const Definition& definition, const Error& fault, std::size_t offset) {
  const manifest::DataSpec& spec = *definition.spec;
  manifest::Place at = spec.sql_file.empty() ? start_of(spec) : manifest::Place{1, 1};
  std::string shown;
  if (offset != std::string::npos) {
    const yaml::Position inside = yaml::position_of(definition.written, offset);
    shown = yaml::excerpt(definition.written, inside);
    if (!spec.sql_file.empty()) at = {inside.line, inside.column};
    else if (inside.line <= spec.sql_lines.size())
      at = {spec.sql_lines[inside.line - 1].line, spec.sql_lines[inside.line - 1].column + inside.column - 1};
  }
  Error out =
      Error(fault.code(), fmt::format("{}:{}:{}: {}", definition.file, at.line, at.column, fault.message()))
          .with_id("data.sql")
          .with_detail(shown);
  if (fault.hint().empty()) return out;
  return std::move(out).with_hint("{}", fault.hint());
}

Error placed(const Definition& definition, const Error& fault, const std::string& ran) {
  const std::size_t before = ran.find(definition.sql.text);
  const std::size_t offset = offset_in(ran, fault.detail());
  const bool inside = offset != std::string::npos && before != std::string::npos && offset >= before &&
                      offset - before <= definition.sql.text.size();
  return placed(definition, fault, inside ? definition.sql.original(offset - before) : std::string::npos);
}

Definition define(table::Engine& engine, const Declared& declared, const manifest::DataSpec& spec) {
  Definition out{.spec = &spec,
                 .file = spec.sql_file.empty() ? declared.file : spec.sql_file,
                 .written = spec.sql_file.empty() ? spec.sql : read_file(declared, spec)};
  try {
    out.sql = bind_parameters(out.written, declared.params);
  } catch (const SqlFault& fault) {
    throw placed(out, fault.error, fault.offset);
  }
  try {
    out.facts = engine.facts_of(out.sql.text);
  } catch (const Error& fault) {
    throw placed(out, fault, out.sql.text);
  }
  for (const table::TableUse& use : out.facts.tables) {
    try {
      out.inputs.push_back(address_in(declared, use.name));
    } catch (const Error& fault) {
      throw placed(out, fault, out.sql.original(use.offset));
    }
  }
  std::sort(out.inputs.begin(), out.inputs.end());
  out.inputs.erase(std::unique(out.inputs.begin(), out.inputs.end()), out.inputs.end());
  return out;
}

std::vector<std::string> personal(const Definition& definition, const std::vector<std::string>& columns,
                                  const std::vector<std::string>& of_inputs) {
  if (of_inputs.empty()) return {};
  if (definition.facts.renames_by_place) return columns;
  std::set<std::string> names;
  for (const std::string& name : of_inputs) names.insert(lowered(name));
  for (std::size_t before = 0; before != names.size();) {
    before = names.size();
    for (const auto& [name, from] : definition.facts.made_from) {
      if (std::any_of(from.begin(), from.end(), [&](const auto& n) { return names.contains(lowered(n)); }))
        names.insert(lowered(name));
    }
  }
  std::vector<std::string> out;
  for (const std::string& column : columns) {
    const std::string small = lowered(column);
    // What has no name of its own is called as it is written: `upper(email)`.
    const bool written = small.find_first_of("( +|") != std::string::npos;
    const bool inside = written && std::any_of(names.begin(), names.end(), [&](const std::string& name) {
                          return small.find(name) != std::string::npos;
                        });
    if (names.contains(small) || inside) out.push_back(column);
  }
  return out;
}

}  // namespace mlops::dataset
