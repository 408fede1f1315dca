#pragma once
/// Which model is meant by a command that was given none.

#include <mlops/store/references.hpp>

#include <string>

namespace mlops::cli {
class Invocation;
}

namespace mlops::commands {

/// The only one there is, or the one that a person picks. `verb` is what is wanted of it ("served"), `hint`
/// what to type with its name at the end. Throws Error: not_found (there is none), usage (which one is not
/// said).
std::string which_model(cli::Invocation& invocation, const store::References& references,
                        const std::string& verb, const std::string& hint);

}  // namespace mlops::commands
