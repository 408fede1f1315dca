#include "src/library.hpp"

#include <cstdint>

namespace mlops::gbdt {
namespace {

// The library keeps one callback a thread, and calls it on the thread that registered it.
thread_local std::string said;

void keep(const char* message) { said.append(message).push_back('\n'); }
void drop(const char*) {}

std::string address_of(std::span<const float> values) {
  return fmt::format("[{}, true]", reinterpret_cast<std::uintptr_t>(values.data()));
}

}  // namespace

// "[12:00:00] ../src/objective/objective.cc:26: Unknown objective function: `x`\nObjective candidate: ..."
std::string reason(std::string_view message) {
  std::string_view line = message.substr(0, message.find('\n'));
  if (line.starts_with('[')) line.remove_prefix(std::min(line.size(), line.find("] ") + 2));
  const auto colon = line.find(": ");
  const auto source = line.substr(0, colon == line.npos ? 0 : colon);
  if (source.find('/') != source.npos && source.find(' ') == source.npos) line.remove_prefix(colon + 2);
  return std::string(line);
}

void check(int status, Code code) {
  if (status == 0) return;
  throw error(code, "XGBoost: {}", reason(XGBGetLastError()));
}

Quiet::Quiet() {
  said.clear();
  check(XGBSetGlobalConfig(R"({"verbosity": 1})"));
  check(XGBRegisterLogCallback(keep));
}

Quiet::~Quiet() {
  XGBRegisterLogCallback(drop);
  said.clear();
}

// `Parameters: { "eta_", "x" } are not used.`
std::vector<std::string> Quiet::unused_parameters() {
  std::vector<std::string> names;
  const auto begin = said.find("Parameters: {");
  if (begin == said.npos) return names;
  const std::string list = said.substr(begin, said.find('}', begin) - begin);
  for (auto open = list.find('"'); open != list.npos;) {
    const auto close = list.find('"', open + 1);
    if (close == list.npos) break;
    names.push_back(list.substr(open + 1, close - open - 1));
    open = list.find('"', close + 1);
  }
  return names;
}

std::string array_of(std::span<const float> values) {
  return fmt::format(R"({{"data": {}, "shape": [{}], "typestr": "<f4", "version": 3}})", address_of(values),
                     values.size());
}

std::string array_of(const Matrix& matrix) {
  return fmt::format(R"({{"data": {}, "shape": [{}, {}], "typestr": "<f4", "version": 3}})",
                     address_of(matrix.values), matrix.rows, matrix.columns);
}

}  // namespace mlops::gbdt
