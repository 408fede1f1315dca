#pragma once
/// What `mlops.yaml` says about serving. Plain values; mlops/manifest/manifest.hpp reads them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mlops::manifest {

/// One entry of `serve:`. What is not set is the default of `mlops serve`.
struct ServeSpec {
  std::string name;  ///< Of a registered model, which this file need not know.
  std::optional<std::uint16_t> port = {};
  std::string host = {};
  std::optional<unsigned> threads = {};
  std::optional<double> log = {};  ///< Share of the requests that is logged, from 0 to 1.
  std::optional<std::int64_t> keep_us = {};
  std::optional<std::uint64_t> keep_bytes = {};

  bool operator==(const ServeSpec&) const = default;
};

/// `100%`, `0.5%` or `off`, as `log:` takes it, as a share. Throws Error(usage) for another text; `key` is
/// what people gave it to, such as "--log".
double log_share(const std::string& text, std::string_view key);

}  // namespace mlops::manifest
