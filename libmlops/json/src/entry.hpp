#pragma once
/// The symbols of the engine `json`, shared by the half that looks them up and the half that has them.

#include <mlops/json/document.hpp>

#include <string_view>

namespace mlops::json {

constexpr std::size_t most_levels = 512;

/// Strict JSON into cells; its memory is that of the greatest text so far.
class Tape {
 public:
  virtual ~Tape() = default;
  /// The root; nothing when the text is not JSON or cannot be held: reason() says why.
  virtual const Cell* read(std::string_view text) = 0;
  /// Of the last failure, in the library's words.
  virtual std::string_view reason() const = 0;
};

}  // namespace mlops::json

/// The caller owns the tape.
extern "C" mlops::json::Tape* mlops_json_tape();

/// "simdjson 3.0.1": every engine has this symbol.
extern "C" const char* mlops_engine_version();
